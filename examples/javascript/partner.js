// node partner.js --url amqps://lyon:password@broker.example.org/sesame [--answers FILE]

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { byYourself, decliningEvery, fromFile } from "./answering.js";
import * as events from "./events.js";
import { Network } from "./network.js";

const AGAIN_MS = 30_000;

const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => stopping.abort());

const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: process.env.SESAME_PARTNER_URL },
    partner: { type: "string" },
    answers: { type: "string" },
    "decline-every": { type: "string" },
    take: { type: "string" },
    "reader-says": { type: "string" },
    ask: { type: "string" },
    idle: { type: "string" },
  },
});

let lastActive = Date.now();
const taken = new Set();

/** What was sent and has no receipt yet, by its id. In memory: keep it in your own database, where your answers lie. */
const pending = new Map();

await work();

async function work() {
  if (!options.url) fail("no broker: give --url amqps://… or set SESAME_PARTNER_URL");
  const partner = options.partner ?? decodeURIComponent(new URL(options.url).username);
  const answering = chosenAnswering();
  const network = await Network.connected(options.url, partner);
  for (const question of options.ask ? JSON.parse(readFileSync(options.ask, "utf8")) : []) {
    await send(events.ask(partner, idOf(question), question), network);
    console.log("asked:", idOf(question));
  }
  await network.read((body) => take(body, network, answering));
  lastActive = Date.now();
  console.log(`reading partner.${partner}`);
  await Promise.race([network.lost, untilToldOrIdle()]);
  await network.close();
}

function chosenAnswering() {
  const answering = options.answers ? fromFile(options.answers) : byYourself;
  return options["decline-every"] ? decliningEvery(Number(options["decline-every"]), answering) : answering;
}

/** The same for the same question, so that asking again by mistake asks once. */
function idOf(question) {
  return question.reference ?? createHash("sha256").update(question.text).digest("hex").slice(0, 32);
}

/** Answers first, acknowledges afterwards: a crash in between makes the question come again. */
async function take(body, network, answering) {
  lastActive = Date.now();
  try {
    return await dealWith(events.read(body), network, answering);
  } catch (error) {
    console.error(error instanceof events.NotReadable ? "set aside:" : "will try again:", error.message);
    return error instanceof events.NotReadable ? "reject" : later();
  } finally {
    lastActive = Date.now();
  }
}

async function dealWith(event, network, answering) {
  const { data } = event;
  switch (event.type) {
    case events.QUESTION_ASSIGNED:
    case events.ASKER_REPLIED:
      return reply(event, network, answering);
    case events.ANSWER_DELIVERED:
      console.log(`for our reader of question ${event.subject}: ${data.kind}: ${data.text}`);
      return "ack";
    case events.CLARIFICATION_DELIVERED:
      console.log(`ask our reader of question ${event.subject}: ${data.text}`);
      if (options["reader-says"]) await send(events.readerReplies(event, network.partner, options["reader-says"]), network);
      return "ack";
    case events.ASSIGNMENT_ENDED:
      console.log(`question ${event.subject} is no longer ours: ${data.reason}`);
      return "ack";
    case events.ACCEPTED:
      console.log(`accepted: ${data.original_type} ${data.original_id}`);
      pending.delete(data.original_id);
      return "ack";
    case events.REFUSED:
      refused(data, network);
      return "ack";
    default:
      console.log(`event of a later version ignored: ${event.type}`);
      return "ack";
  }
}

async function reply(event, network, answering) {
  const found = await answering(questionOf(event));
  if (found === null && event.type === events.ASKER_REPLIED) {
    console.log(`question ${event.subject}: its asker wrote: ${event.data.text}`);
    return "ack";
  }
  if (found === null) {
    await sayWhoIsOnIt(event, network);
    console.log(`question ${event.subject} stays, due ${event.data.due_at}`);
    return new Date(event.data.due_at) < new Date() ? "ack" : later();
  }
  await send(events.replyTo(event, network.partner, found), network);
  console.log(`${found.decline ? "decline" : found.ask_back ? "question back" : "answer"} sent for question ${event.subject}`);
  return "ack";
}

async function send(event, network) {
  pending.set(event.id, event);
  await network.publish(event);
}

/** What was too much for now goes out again in its time; anything else is for a person to mend. */
function refused(data, network) {
  const event = pending.get(data.original_id);
  if (event && data.retry_after_seconds !== undefined) {
    console.log(`again in ${data.retry_after_seconds} s: ${data.original_id}: ${data.reason}`);
    setTimeout(() => network.publish(event).catch(() => fail("cannot publish")), data.retry_after_seconds * 1000).unref();
    return;
  }
  pending.delete(data.original_id);
  console.warn(`refused: ${data.original_id}: ${data.reason}`);
}

/** What is assigned, or what its asker wrote since, in one shape. */
function questionOf({ type, data }) {
  return type === events.ASKER_REPLIED ? { ...data, text: data.question_text, said: data.text } : data;
}

async function sayWhoIsOnIt(event, network) {
  if (!options.take || taken.has(event.data.assignment_id)) return;
  await send(events.take(event, network.partner, options.take), network);
  taken.add(event.data.assignment_id);
}

/** Unacknowledged until then: when the program ends first, the broker hands it out again all the same. */
async function later() {
  await sleep(AGAIN_MS, undefined, { ref: false });
  return "again";
}

async function untilToldOrIdle() {
  const idle = options.idle === undefined ? Infinity : Number(options.idle) * 1000;
  while (!stopping.signal.aborted && Date.now() - lastActive < idle) await sleep(100);
}

function fail(reason) {
  console.error(reason);
  process.exit(2);
}
