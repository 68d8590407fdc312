// What pages do beside what they do without it: they stay as things stand, keep drafts, know keys.
"use strict";
const seal = document.body.dataset.seal;
// Which question of the list the keys are at, by where it leads: lists move while one looks.
let current = null;
const rowsNow = () => [...document.querySelectorAll("[data-row]")];
const leadsTo = (row) => row.querySelector("a").getAttribute("href");

// --- Live: the server says that something changed; the page asks for itself and puts in what is marked.
const changed = (field) => {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
};
// What somebody has typed or chosen there stays, whatever happens elsewhere.
const touched = (part) => [...part.querySelectorAll("input, textarea, select")].some(changed);
// A link by where it leads, a button by its form, what unfolds by its words: where the keyboard is, it stays.
const formOf = (one) => `form[action="${CSS.escape(one.form.getAttribute("action"))}"] ${one.tagName.toLowerCase()}`;
function sameIn(part, one) {
  if (one.hasAttribute("href")) return part.querySelector(`[href="${CSS.escape(one.getAttribute("href"))}"]`);
  if (one.form) return part.querySelector(formOf(one));
  return [...part.querySelectorAll(one.tagName)].find((other) => other.textContent === one.textContent);
}
// What was told aloud once is not told again because something else beside it changed.
const toldAloud = new Set();
function quiet(part) {
  for (const one of part.querySelectorAll("[role=alert]")) {
    if (toldAloud.has(one.textContent)) one.removeAttribute("role");
    toldAloud.add(one.textContent);
  }
}
for (const one of document.querySelectorAll("[data-live] [role=alert]")) toldAloud.add(one.textContent);
// What was unfolded stays so, and the keyboard stays where it was, or comes to what follows where that is gone.
function put(part, html) {
  const here = part.contains(document.activeElement) ? document.activeElement : null;
  const unfolded = [...part.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
  part.innerHTML = html;
  for (const one of part.querySelectorAll("details > summary")) {
    if (unfolded.includes(one.textContent)) one.parentElement.open = true;
  }
  if (here) (sameIn(part, here) || part.querySelector("a, button") || document.getElementById("content")).focus({ preventScroll: true });
}
// What the server gave is compared with what it gave before: what this script adds to it is no change, nor is the
// number of a form, which each page has anew.
const given = new Map();
const served = (part) => part.innerHTML.replace(/ name="form" value="[^"]*"/g, "");
for (const part of document.querySelectorAll("[data-live]")) given.set(part, served(part));
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!other || touched(part) || part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
    const now = served(other);
    if (now === given.get(part)) continue;
    given.set(part, now);
    quiet(other);
    put(part, other.innerHTML);
  }
  mark();
}
let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 150);
}
const stream = document.body.dataset.stream;
// What changed before anybody listened, or while nobody could, is looked for as soon as somebody does. A browser gives
// up for good where a proxy says that the service is away: we ask again, less and less often.
function listen(pause) {
  const source = new EventSource(stream);
  source.addEventListener("open", () => { pause = 2000; soon(); });
  source.addEventListener("changed", soon);
  source.addEventListener("over", () => { source.close(); setTimeout(() => location.reload(), 3000); });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(Math.min(2 * pause, 60000)), pause);
  });
  addEventListener("pagehide", () => source.close());
}
if (stream && "EventSource" in window) listen(2000);

// --- Drafts: saved a moment after the last letter, and kept in this browser until the server has them.
const store = {
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, text) => { try { text ? localStorage.setItem(name, text) : localStorage.removeItem(name); } catch { /* full, or forbidden */ } },
};
// What was sent is dropped once its own question's form has led to a page of ours that says nothing of a failure. Whoever
// comes by another way, from a page that never came or from one that said no, has it again, as not sent.
const keep = (name, text, sent = false) => store.set(name, text && JSON.stringify({ text, sent }));
const unsentOf = (name) => JSON.parse(store.get(name) || "null")?.text || "";
const failed = "failed" in document.body.dataset;
const came = !["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type);
const cameFrom = document.referrer.startsWith(location.origin) ? new URL(document.referrer).pathname : "";
const sentFrom = (failed ? location.pathname : came ? cameFrom : "").split("/");
if (sentFrom[1] === "questions" && sentFrom[2]) {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.split(" ")[1] === sentFrom[2] && JSON.parse(store.get(name))?.sent) keep(name, failed && unsentOf(name));
    }
  } catch { /* nothing kept */ }
}
for (const form of document.querySelectorAll("form[data-draft]")) {
  const kept = `draft ${form.dataset.question} ${form.dataset.person}`, said = form.querySelector("[data-saved]");
  const field = (name) => form.elements.namedItem(name);
  let timer = 0, under = false, again = false;
  // What did arrive, though its page never came, is no draft again.
  const unsaved = unsentOf(kept);
  if (unsaved && unsaved !== field("text").dataset.sent && !field("text").value.includes(unsaved)) {
    field("text").value = [field("text").value, unsaved].filter(Boolean).join("\n\n");
    keep(kept, field("text").value);
    save();
  }
  function tell(answer) {
    if (!said) return;
    if (answer?.ok) { said.textContent = said.dataset.saved; return; }
    if (![401, 403].includes(answer?.status)) { said.textContent = said.dataset.kept; return; }
    const door = document.createElement("a");
    door.href = "/sign-in?next=" + encodeURIComponent(location.pathname);
    door.textContent = said.dataset.in;
    said.replaceChildren(said.dataset.out + " ", door);
  }
  async function save() {
    if (under) { again = true; return; }
    under = true;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    const answer = await fetch(form.dataset.draft, {
      method: "POST", body, headers: { accept: "application/json", "x-seal": seal, "x-page": location.pathname },
    }).catch(() => null);
    under = false;
    if (answer && answer.ok) {
      field("revision").value = (await answer.json()).revision;
      store.set(kept, null);
    }
    tell(answer);
    if (again) { again = false; save(); }
  }
  form.addEventListener("input", () => {
    keep(kept, field("text").value);
    clearTimeout(timer);
    timer = setTimeout(save, 700);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); keep(kept, field("text").value, true); });
  // What a button puts in goes where one writes; without this the server puts it at the end.
  for (const button of document.querySelectorAll(`button[form="${form.id}"][name="insert"]`)) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const text = field("text");
      text.focus();
      text.setRangeText(button.value, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
// Notes and other words: kept in this browser until they are sent.
for (const area of document.querySelectorAll("textarea[data-keep]")) {
  const unsent = unsentOf(area.dataset.keep);
  if (unsent && !area.value) {
    area.value = unsent;
    keep(area.dataset.keep, unsent);
    const around = area.closest("details");
    if (around) around.open = true;
  }
  area.addEventListener("input", () => keep(area.dataset.keep, area.value));
  area.form.addEventListener("submit", () => keep(area.dataset.keep, area.value, true));
}
// Whoever signs out leaves nothing of theirs in a browser that others use.
document.querySelector("form[action='/sign-out']")?.addEventListener("submit", () => {
  const keys = store.get("keys");
  try { localStorage.clear(); } catch { /* nothing there */ }
  store.set("keys", keys);
});

// The folded part of the menu closes as menus do; without this, by its own name.
const more = document.querySelector("details.more");
if (more) {
  addEventListener("click", (event) => { if (!more.contains(event.target)) more.open = false; });
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    more.open = false;
    more.querySelector("summary").focus();
  });
}

// --- Keys: j k along the rows, Enter opens, t takes, r answers, / searches, ? says so.
const at = () => rowsNow().find((row) => leadsTo(row) === current);
function mark() {
  for (const row of rowsNow()) row.classList.toggle("current", leadsTo(row) === current);
}
function go(step) {
  const rows = rowsNow(), here = rows.findIndex((row) => leadsTo(row) === current);
  if (!rows.length) return;
  const next = rows[Math.max(0, Math.min(rows.length - 1, here + step))];
  current = leadsTo(next);
  mark();
  next.querySelector("a").focus();
}
// Who speaks to their computer, or whose hand trembles, switches them off (WCAG 2.1.4).
const dialog = document.getElementById("keys"), switched = document.getElementById("keys-on");
if (dialog) {
  switched.checked = store.get("keys") !== "off";
  switched.addEventListener("change", () => store.set("keys", switched.checked ? null : "off"));
  const opener = document.querySelector("[data-keys]");
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  // A list that moved under it has taken away where the keyboard was.
  dialog.addEventListener("close", () => {
    const here = document.activeElement;
    if (here === document.body || dialog.contains(here)) at()?.querySelector("a").focus();
  });
}
addEventListener("keydown", (event) => {
  if (!switched?.checked) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
  const key = event.key;
  if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (key === "t") (document.querySelector(".row.current form.take button") || document.querySelector("button[data-key=t]"))?.click();
  else if (key === "r") document.querySelector("[data-key=r]")?.focus();
  else if (key === "?") dialog.showModal();
  else if (key === "/") document.querySelector("[data-key='/']")?.focus();
  else return;
  event.preventDefault();
});

// --- Copy: what stands in an element goes to the clipboard, where the browser allows it.
function offerCopies() {
  for (const one of document.querySelectorAll(".copying")) if (one.hidden !== !navigator.clipboard) one.hidden = !navigator.clipboard;
}
addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const from = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(from.value ?? from.innerText);
  button.parentElement.querySelector("[aria-live]").textContent = button.dataset.copied;
});
new MutationObserver(offerCopies).observe(document.getElementById("content"), { childList: true, subtree: true });
offerCopies();
