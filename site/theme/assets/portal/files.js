/* What the page of files adds when script runs: several files at once, progress, and sending again after a lost
   connection. Without it: a form that gives the file a name, then one that sends it. Loaded by portal.js. */

const ATTEMPTS = 4;
const lang = document.documentElement.lang;
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/** A ULID: the moment and eighty random bits, so that sending again is the same upload. */
function ulid() {
  const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let moment = Date.now();
  let text = "";
  for (let place = 0; place < 10; place += 1) {
    text = letters[moment % 32] + text;
    moment = Math.floor(moment / 32);
  }
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += letters[byte % 32];
  return text;
}

async function digestOf(file) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(address, body) {
  const headers = { "Accept": "application/json", "Accept-Language": lang };
  const options = body ? { method: "POST", body: JSON.stringify(body), headers: { ...headers, "Content-Type": "application/json" } } : { headers };
  const answer = await fetch(address, options);
  if (answer.status >= 500) throw new Error("busy");
  return answer.json();
}

/** Put a file into its place; fetch cannot tell how far it is. */
function put(place, file, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    for (const [name, value] of Object.entries(place.fields)) form.append(name, value);
    form.append("file", file);
    request.upload.onprogress = (event) => { progress.max = event.total; progress.value = event.loaded; };
    request.onload = () => (request.status < 300 ? done() : failed(new Error("refused")));
    request.onerror = () => failed(new Error("lost"));
    request.ontimeout = request.onerror;
    request.timeout = 10 * 60 * 1000;
    request.open("POST", place.address);
    request.send(form);
  });
}

/** Try until it works, with longer pauses each time. */
async function patiently(work, say, words) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      say(words.again);
      await pause(attempt ** 2);
    }
  }
}

async function send(file, line, box) {
  const words = box.dataset;
  const say = (text) => { line.status.textContent = text; };
  if (!file.size) return say(words.empty);
  if (file.size > Number(words.most)) return say(words.large);
  say(words.preparing);
  const wish = { submission_id: line.upload, file_name: file.name, lang, sha256: await digestOf(file) };
  if (words.accept.split(",").includes(file.type)) wish.media_type = file.type;
  let upload = await patiently(() => ask(words.upload, wish), say, words);
  if (!upload.upload) return say(upload.errors?.[0].message ?? upload.title);
  if (upload.place) {
    say(words.sending);
    line.progress.hidden = false;
    await patiently(() => put(upload.place, file, line.progress), say, words);
    line.progress.hidden = true;
  }
  for (let look = 0; !upload.final && look < 150; look += 1) {
    upload = await patiently(() => ask(upload.address), say, words);
    say(upload.state === "asked" ? words.sending : `${upload.title}. ${upload.sentence}`);
    if (!upload.final) await pause(Math.min(1 + look / 5, 10));
  }
  if (upload.content) line.name.replaceChildren(Object.assign(document.createElement("a"), { href: upload.content, textContent: upload.name }));
  return undefined;
}

function lineFor(file, list) {
  const item = document.createElement("li");
  const line = { upload: ulid(), name: document.createElement("strong"), status: document.createElement("p"), progress: document.createElement("progress") };
  line.name.textContent = file.name;
  line.status.setAttribute("role", "status");
  line.progress.hidden = true;
  line.progress.setAttribute("aria-label", file.name);
  item.className = "portal-file";
  item.append(line.name, line.progress, line.status);
  list.append(item);
  return line;
}

async function start(file, line, box) {
  try {
    await send(file, line, box);
  } catch {
    line.progress.hidden = true;
    line.status.textContent = `${box.dataset.lost} `;
    const again = Object.assign(document.createElement("button"), { type: "button", className: "portal-button portal-button--quiet", textContent: box.dataset.retry });
    again.addEventListener("click", () => start(file, line, box));
    line.status.append(again);
  }
}

for (const box of document.querySelectorAll("[data-upload]")) {
  const label = document.createElement("label");
  const hint = document.createElement("span");
  const input = document.createElement("input");
  const list = document.createElement("ul");
  label.className = "portal-label";
  label.htmlFor = input.id = "files";
  label.textContent = box.dataset.choose;
  hint.className = "portal-hint";
  hint.id = "files-hint";
  hint.textContent = box.dataset.hint;
  Object.assign(input, { type: "file", multiple: true, accept: box.dataset.accept, className: "portal-input" });
  input.setAttribute("aria-describedby", hint.id);
  list.className = "portal-files";
  input.addEventListener("change", async () => {
    const chosen = [...input.files].map((file) => [file, lineFor(file, list)]);
    input.value = "";
    for (const [file, line] of chosen) await start(file, line, box);
  });
  box.replaceChildren(label, hint, input, list);
}
