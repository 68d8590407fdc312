// While a question is written: answers already published that are like it, from the public archive. Never in the way:
// nothing is shown before something is found, and the form is sent as without it.
const box = document.getElementById("published");
const text = document.getElementById("text");
const SHORTEST = 20, LONGEST = 500, PAUSE_MILLISECONDS = 700;
let waiting, asked = "";

async function look() {
  const typed = text.value.trim().slice(0, LONGEST);
  if (typed.length < SHORTEST || typed === asked) return;
  asked = typed;
  try {
    const reply = await fetch(`${box.dataset.search}?q=${encodeURIComponent(typed)}`);
    const { answers } = await reply.json();
    if (typed !== asked) return;
    box.querySelector("ul").replaceChildren(...answers.map(({ title, url, language }) => {
      const link = Object.assign(document.createElement("a"), { href: url, textContent: title, target: "_blank", rel: "noopener", dir: "auto", lang: language ?? "" });
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    box.hidden = answers.length === 0;
  } catch {
    box.hidden = true; // the archive is away: the question is asked all the same
  }
}

text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE_MILLISECONDS);
});
