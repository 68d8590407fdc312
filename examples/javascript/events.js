// The events of the contract that a partner needs. CloudEvents 1.0, structured mode.

export const CONTENT_TYPE = "application/cloudevents+json";

export const QUESTION_ASSIGNED = "question.assigned.v1";
export const ASSIGNMENT_ENDED = "assignment.ended.v1";
export const ACCEPTED = "submission.accepted.v1";
export const REFUSED = "submission.refused.v1";

const ANSWER = "answer.submitted.v1";
const DECLINE = "decline.submitted.v1";
const QUESTION = "question.submitted.v1";

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
 * `reply`: { text, sources?, effort? } answers, { decline: true, reason?, refer_to? } says no.
 * The id is made from the assignment: sent twice, after a crash, it still counts once.
 */
export function replyTo(assigned, partner, reply) {
  const { decline, ...data } = reply;
  const id = `${assigned.data.assignment_id}-reply`;
  return event(decline ? DECLINE : ANSWER, id, partner, data, assigned.subject);
}

/** A question for the network. `data` has at least `text`; see QuestionSubmitted in the contract. */
export function ask(partner, id, data) {
  return event(QUESTION, id, partner, data);
}

function event(type, id, partner, data, subject) {
  const source = `/partners/${partner}`;
  return { specversion: "1.0", id, source, type, subject, datacontenttype: "application/json", data };
}
