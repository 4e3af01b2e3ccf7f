/* The page that checks a document: verifies the seal behind the # of its own address, then asks, where there is network,
   whether the document is still in force. Only the keys and that question leave the phone or come to it; the service
   worker (site/kept-page/worker.js) keeps page and keys for the time without network. Loaded by portal.js. */

const stamp = /_[0-9a-f]+(?=\.js$)/.exec(import.meta.url)?.[0] ?? "";
const { tokenIn, verified } = await import(new URL(`seal${stamp}.js`, import.meta.url).href);

const KEYS = "/layanan/dokumen/kunci";
const STANDING = "/layanan/dokumen/periksa";
const PATIENCE = 6000; // milliseconds: a line that is only half there is no line
const TOLD = { in_force: "genuine", unknown: "unregistered" };

const box = document.querySelector("[data-seal]");
const line = box.querySelector("[data-line]");
const result = box.querySelector("[data-result]");
const form = document.querySelector("[data-form=seal]");
const title = document.title;
const dates = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : "id", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const shownDay = (day) => dates.format(new Date(`${day}T00:00:00Z`));

async function asked(address) {
  const late = new Promise((_, tooLate) => setTimeout(() => tooLate(new Error("late")), PATIENCE));
  const answer = await Promise.race([fetch(address, { headers: { Accept: "application/json" } }), late]);
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return answer.json();
}

/** Whether a genuine document is still in force: the outcome that tells so, and since when. */
async function standing(reference) {
  try {
    const { state, day } = await asked(`${STANDING}/${reference}`);
    return { outcome: TOLD[state] ?? state, since: day };
  } catch {
    return { outcome: "unasked" };
  }
}

function show({ outcome, since, ...said }) {
  const shown = box.querySelector(`template[data-outcome=${outcome}]`).content.cloneNode(true);
  const facts = {
    kind: box.dataset[`kind${(said.kind ?? "").replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())}`] ?? said.kind,
    reference: said.reference?.replace(/^.{4}/, "$&-"), total: said.total,
    day: said.day && shownDay(said.day), since: since && shownDay(since),
  };
  for (const [name, text] of Object.entries(facts)) {
    const place = shown.querySelector(`[data-${name}]`);
    if (place && text) place.textContent = text;
    else if (place?.matches("dd")) place.parentElement.remove();
  }
  line.textContent = "";
  result.replaceChildren(shown);
  const heading = result.querySelector("[data-title]");
  document.title = `${heading.textContent} - ${title}`;
  heading.focus();
}

let latest;

async function check(token) {
  latest = token;
  const mine = (found) => latest === token && show(found);
  result.replaceChildren();
  let keys;
  try {
    ({ keys } = await asked(KEYS));
  } catch {
    return mine({ outcome: "no_keys" });
  }
  const found = await verified(token, keys);
  if (found.outcome !== "genuine") return mine(found);
  if (latest === token) line.textContent = box.dataset.asking;
  return mine({ ...found, ...await standing(found.reference) });
}

function checkAddress() {
  const token = tokenIn(location.hash);
  for (const link of document.querySelectorAll("a[hreflang]")) link.hash = location.hash;
  // Other places of this page are no seals: #isi is where the content begins.
  if (!token || document.getElementById(token)) return;
  if (globalThis.crypto?.subtle) {
    check(token);
    return;
  }
  form.elements.seal.value = token;
  line.textContent = box.dataset.byForm;
}

form.addEventListener("submit", (event) => {
  const token = tokenIn(form.elements.seal.value);
  if (!token || !globalThis.crypto?.subtle) return; // the portal says what is missing, or checks by itself
  event.preventDefault();
  if (location.hash === `#${token}`) check(token);
  else location.hash = token;
});
addEventListener("hashchange", checkAddress);
checkAddress();

/* -- Without network ------------------------------------------------------------------------------------------------- */

async function keep() {
  const scope = location.pathname;
  await navigator.serviceWorker.register(`${scope}simpanan.js`, { scope });
  await navigator.serviceWorker.ready;
  box.querySelector("[data-kept]").hidden = false;
}

keep().catch(() => { /* a browser that keeps nothing needs network */ });
