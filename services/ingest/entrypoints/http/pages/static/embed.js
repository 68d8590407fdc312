// The question form in a library's own page, as high as it needs to be:
//   <script src="https://questions.example.org/static/embed.js" data-library="grigny" async></script>
// data-lang="fr", "nl" or "en" fixes the language; without it the reader's browser chooses.
(() => {
  const { src, dataset } = document.currentScript;
  const address = new URL(`../embed/${dataset.library}`, src);
  if (dataset.lang) address.searchParams.set("lang", dataset.lang);
  const frame = document.createElement("iframe");
  frame.src = address;
  const titles = { fr: "Poser une question", nl: "Een vraag stellen" };
  frame.title = titles[(dataset.lang || navigator.language).slice(0, 2)] ?? "Ask a question";
  Object.assign(frame.style, { width: "100%", height: "75rem", border: "0", colorScheme: "normal" });
  addEventListener("message", (event) => {
    if (event.source === frame.contentWindow && event.data.sesameHeight > 0) {
      frame.style.height = `${event.data.sesameHeight}px`;
    }
  });
  document.currentScript.before(frame);
})();
