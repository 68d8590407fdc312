// Passkeys (WebAuthn): what the server asks goes to the browser, what the browser answers goes back.
"use strict";
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const fault = document.getElementById("passkey-fault");
const tell = (word) => { if (fault) fault.textContent = word ? fault.dataset[word] || fault.dataset.refused : ""; };
async function asked(path, body) {
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(body), headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status === 429 ? "often" : "refused");
  return answer.json();
}
function answered(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
}
if (window.PublicKeyCredential) {
  const add = document.getElementById("passkey-add"), enter = document.getElementById("passkey-enter");
  if (add) {
    add.hidden = false;
    add.addEventListener("submit", async (event) => {
      event.preventDefault();
      tell("");
      try {
        const wish = await asked("/account/passkeys/challenge", { seal: document.body.dataset.seal });
        wish.challenge = bytes(wish.challenge);
        wish.user.id = bytes(wish.user.id);
        for (const one of wish.excludeCredentials || []) one.id = bytes(one.id);
        add.elements.credential.value = answered(await navigator.credentials.create({ publicKey: wish }));
        add.submit();
      } catch { tell("refused"); }
    });
  }
  if (enter) {
    document.getElementById("by-passkey").hidden = false;
    enter.addEventListener("click", async () => {
      tell("");
      try {
        const wish = await asked("/sign-in/passkey/challenge", {});
        wish.challenge = bytes(wish.challenge);
        const made = await navigator.credentials.get({ publicKey: wish });
        location.assign((await asked("/sign-in/passkey", { credential: answered(made) })).next);
      } catch (error) { tell(error.message === "often" ? "often" : "refused"); }
    });
  }
}
