// The events of the contract that a partner needs. CloudEvents 1.0, structured mode.

export const CONTENT_TYPE = "application/cloudevents+json";

export const QUESTION_ASSIGNED = "question.assigned.v1";
export const ASKER_REPLIED = "asker.replied.v1";
export const ASSIGNMENT_ENDED = "assignment.ended.v1";
export const ACCEPTED = "submission.accepted.v1";
export const REFUSED = "submission.refused.v1";

// Of what you asked for a reader of your own.
export const ANSWER_DELIVERED = "answer.delivered.v1";
export const CLARIFICATION_DELIVERED = "clarification.delivered.v1";

const ANSWER = "answer.submitted.v1";
const DECLINE = "decline.submitted.v1";
const TAKE = "take.submitted.v1";
const CLARIFICATION = "clarification.submitted.v1";
const ADDITION = "addition.submitted.v1";
const QUESTION = "question.submitted.v1";
const FOLLOW_UP = "follow_up.submitted.v1";

/** The network promises never to send this; say so to its operators. */
export class NotReadable extends Error {}

/** Fields that are not known here are ignored: a later version of the contract may add some. */
export function read(body) {
  try {
    const { type, id, subject, data } = JSON.parse(body.toString());
    if (!type || !id || !data) throw new Error("type, id and data are needed");
    return { type, id, subject, data };
  } catch (error) {
    throw new NotReadable(`not a CloudEvent: ${error.message}`);
  }
}

/**
 * `told`: what is assigned to you, or what its asker wrote since. `reply`: { text, sources?, effort? } answers it, or adds
 * to your answer; { ask_back } asks the asker first; { decline: true, reason?, refer_to? } says no.
 * The id is made from what it replies to: sent twice, after a crash, it still counts once.
 */
export function replyTo(told, partner, reply) {
  const { decline, ask_back, ...data } = reply;
  const id = `${told.data.follow_up_id ?? told.data.assignment_id}-reply`;
  if (ask_back) return event(CLARIFICATION, id, partner, { text: ask_back }, told.subject);
  if (decline) return event(DECLINE, id, partner, data, told.subject);
  if (!told.data.after_answer) return event(ANSWER, id, partner, data, told.subject);
  return event(ADDITION, id, partner, { text: data.text, sources: data.sources }, told.subject);
}

/** Says who is on it: from now you have the time that an answer needs. */
export function take(assigned, partner, by) {
  return event(TAKE, `${assigned.data.assignment_id}-take`, partner, { by }, assigned.subject);
}

/** What your own reader says to what the library that has their question asked back. */
export function readerReplies(asked, partner, text) {
  return event(FOLLOW_UP, `${asked.data.clarification_id}-reply`, partner, { text }, asked.subject);
}

/** A question for the network. `data` has at least `text`; see QuestionSubmitted in the contract. */
export function ask(partner, id, data) {
  return event(QUESTION, id, partner, data);
}

function event(type, id, partner, data, subject) {
  const source = `/partners/${partner}`;
  return { specversion: "1.0", id, source, type, subject, datacontenttype: "application/json", data };
}
