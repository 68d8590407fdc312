// Where your own knowledge comes in: a function from a question to a reply, or null (not now).
//
// question: { text, private_note?, language?, subject?, due_at, … }, see QuestionAssigned in the contract.
//           What the asker wrote since is in `said`: a reply to what you asked or, `after_answer`, more.
// reply:    { text, sources?, effort? }, { ask_back: "to the asker" } or { decline: true, reason?, refer_to? }

import { readFileSync } from "node:fs";

/** Fill in: ask your catalogue, put the question before a colleague, write to your help desk. */
export async function byYourself(_question) {
  return null;
}

/**
 * Answers from a JSON list of { text, sources?, effort?, and what it fits: question?, subject?, language? }. The one
 * that fits best is taken; of equals, each in turn. With ask_back the asker is asked that first; more answers what they
 * write after the answer.
 */
export function fromFile(path) {
  const stock = JSON.parse(readFileSync(path, "utf8"));
  let turn = 0;
  return async (question) => {
    const fitting = bestOf(stock, question);
    if (fitting.length === 0) {
      return question.said ? null : { decline: true, reason: "Nothing in stock fits this question." };
    }
    const { text, sources, effort, ask_back, more } = fitting[turn++ % fitting.length];
    if (question.after_answer) return more ? { text: more } : null;
    if (!question.said && ask_back) return { ask_back };
    if (question.said && !ask_back) return null; // its answer is on the way already
    return { text, sources, effort };
  };
}

/** Says no to every `count`-th question, as a busy library does. */
export function decliningEvery(count, answering) {
  let turn = 0;
  return async (question) =>
    ++turn % count === 0 ? { decline: true, reason: "Nobody of us is free for this one." } : answering(question);
}

function bestOf(stock, question) {
  const best = Math.max(0, ...stock.map((entry) => fit(entry, question)));
  return stock.filter((entry) => fit(entry, question) === best);
}

/** -1: does not fit. The question itself weighs most, then its language, then its subject. */
function fit(entry, question) {
  const parts = [[entry.question, question.text, 4], [entry.language, question.language, 2], [entry.subject, question.subject, 1]];
  const named = parts.filter(([wanted]) => wanted !== undefined);
  if (named.some(([wanted, found]) => wanted !== found)) return -1;
  return named.reduce((sum, [, , weight]) => sum + weight, 0);
}
