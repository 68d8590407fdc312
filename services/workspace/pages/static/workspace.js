// What pages do beside what they do without it: they stay as things stand, keep drafts, know keys.
"use strict";
const seal = document.body.dataset.seal;

// --- Live: the server says that something changed; the page asks for itself and puts in what is marked.
const changed = (field) => {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
};
// What somebody has typed or chosen there stays, whatever happens elsewhere.
const touched = (part) => [...part.querySelectorAll("input, textarea, select")].some(changed);
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!other || other.innerHTML === part.innerHTML || touched(part) || part.contains(document.activeElement) && part.querySelector("input,textarea,select")) continue;
    const here = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    part.innerHTML = other.innerHTML;
    if (here) part.querySelector(`[href="${CSS.escape(here)}"]`)?.focus();
  }
}
let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 150);
}
const stream = document.body.dataset.stream;
if (stream && "EventSource" in window) {
  const source = new EventSource(stream);
  source.addEventListener("changed", soon);
  source.addEventListener("over", () => { source.close(); setTimeout(() => location.reload(), 3000); });
  addEventListener("pagehide", () => source.close());
}

// --- Drafts: saved a moment after the last letter, and kept in this browser until the server has them.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const kept = "draft " + form.dataset.question, said = form.querySelector("[data-saved]");
  const field = (name) => form.elements.namedItem(name);
  let timer = 0, under = false, again = false;
  const unsaved = JSON.parse(localStorage.getItem(kept) || "null");
  if (unsaved && unsaved.text && unsaved.text !== field("text").value) {
    if (!field("text").value) field("text").value = unsaved.text;
    else if (!field("text").value.includes(unsaved.text)) field("text").value += "\n\n" + unsaved.text;
  }
  async function save() {
    if (under) { again = true; return; }
    under = true;
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.draft, {
      method: "POST", body, headers: { accept: "application/json", "x-seal": seal, "x-page": location.pathname },
    }).catch(() => null);
    under = false;
    if (answer && answer.ok) {
      field("revision").value = (await answer.json()).revision;
      localStorage.removeItem(kept);
      if (said) said.textContent = said.dataset.saved;
    } else if (said) {
      said.textContent = said.dataset.kept;
    }
    if (again) { again = false; save(); }
  }
  form.addEventListener("input", () => {
    localStorage.setItem(kept, JSON.stringify({ text: field("text").value }));
    clearTimeout(timer);
    timer = setTimeout(save, 700);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); localStorage.removeItem(kept); });
}

// --- Keys: j k along the rows, Enter opens, t takes, r answers, / searches.
let at = -1;
function go(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  rows[at]?.classList.remove("current");
  at = Math.max(0, Math.min(rows.length - 1, at + step));
  rows[at].classList.add("current");
  rows[at].querySelector("a").focus();
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const key = event.key;
  if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (key === "t") (document.querySelector(".row.current form.take button") || document.querySelector("button[data-key=t]"))?.click();
  else if (key === "r") document.querySelector("[data-key=r]")?.focus();
  else if (key === "/") document.querySelector("[data-key='/']")?.focus();
  else return;
  event.preventDefault();
});
