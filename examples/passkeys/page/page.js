// What the browser does for passkeys: it asks the service for options, the authenticator for an answer,
// and brings the answer back. The ceremony is in a cookie that no script sees.

const said = document.getElementById("said");
const name = document.getElementById("name");
let waiting; // the autofill request, which another request has to end first

function say(kind, text) {
  said.className = kind;
  said.textContent = text;
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function bind() {
  const options = await post("/bind/begin", { name: name.value });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
  const credential = await navigator.credentials.create({ publicKey });
  const bound = await post("/bind/finish", credential.toJSON());
  say("good", `Bound. This passkey ${bound.synced ? "may be copied to your other devices" : "stays on this device"}.`);
}

async function signIn(how) {
  const options = await post("/sign-in/begin", { how, name: name.value });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  const request = { publicKey };
  if (options.mediation) {
    waiting = new AbortController();
    Object.assign(request, { mediation: options.mediation, signal: waiting.signal });
  }
  const credential = await navigator.credentials.get(request);
  window.lastAnswer = credential.toJSON(); // for the test that gives it a second time
  const proved = await post("/sign-in/finish", window.lastAnswer);
  say("good", `Signed in at AAL${proved.aal}, with a passkey that ${proved.synced ? "is synced" : "stays on its device"}.`);
}

async function autofill() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  await signIn("autofill").catch((error) => {
    if (error.name !== "AbortError") say("bad", error.message);
  });
}

async function instead(what) {
  waiting?.abort();
  say("", "Follow your browser.");
  await what().catch((error) => say("bad", error.message));
}

document.getElementById("bind").onclick = () => instead(bind);
document.getElementById("form").onsubmit = (event) => {
  event.preventDefault();
  instead(() => signIn(name.value ? "named" : "anyone"));
};
autofill();
