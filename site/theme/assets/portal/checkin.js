/* Checking people in at the door of an activity, also without network. What is noted waits in this browser (numbers and
   times only, never a name) until the portal has said that it keeps it; sending again does no harm. */

const box = document.querySelector("[data-check-in]");
const words = box.dataset;
const key = `check-in:${words.checkIn}`;
const told = box.querySelector("[data-told]");
const field = box.querySelector("#nomor");
const EVERY = 20_000;

const people = new Map([...box.querySelectorAll("[data-number]")].map((row) => [row.dataset.number, row]));
const plain = (number) => number.toUpperCase().replace(/[^A-Z0-9]/g, "");

function read() {
  try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
}

// In memory too: a browser may refuse to keep anything, and the page must still send what was noted.
let queue = read();

function keep() {
  try { localStorage.setItem(key, JSON.stringify(queue)); } catch { /* kept in this page until it is closed */ }
}

function show() {
  for (const [number, row] of people) {
    const state = number in queue ? words.waits : row.dataset.present === undefined ? "" : words.sent;
    row.querySelector("[data-state]").textContent = state;
  }
  const waiting = Object.keys(queue).length;
  const here = [...people].filter(([number, row]) => number in queue || row.dataset.present !== undefined).length;
  box.querySelector("[data-here]").textContent = here;
  const count = box.querySelector("[data-queue]");
  count.hidden = waiting === 0;
  count.textContent = `· ${waiting} ${words.waits}`;
  box.querySelector("[data-send]").hidden = waiting === 0;
}

function say(text) { told.textContent = text; }

export function note(typed) {
  const number = plain(typed.includes("/status/") ? typed.split("/status/")[1].split(/[?#]/)[0] : typed);
  const row = people.get(number);
  if (!row) return say(`${number}: ${words.unknown}`);
  if (row.dataset.present === undefined && !(number in queue)) {
    queue[number] = new Date().toISOString();
    keep();
  }
  say(`${row.querySelector("strong").textContent}: ${words.waits}`);
  show();
  send();
}

let sending = false;

async function send() {
  const numbers = Object.keys(queue);
  if (sending || numbers.length === 0) return;
  sending = true;
  try {
    const answer = await fetch(words.address, {
      method: "POST", headers: { "accept": "application/json", "content-type": "application/json" },
      body: JSON.stringify({ nomor: numbers.slice(0, 50), waktu: queue }),
    });
    if (answer.status === 401) return say(words.signedOut);
    if (!answer.ok) return;
    const { outcome } = await answer.json();
    for (const [number, code] of Object.entries(outcome)) {
      delete queue[number];
      const row = people.get(number);
      if (code === "checked_in") { row.dataset.present = ""; say(`${row.querySelector("strong").textContent}: ${words.sent}`); }
      else say(`${row ? row.querySelector("strong").textContent : number}: ${words.unknown}`);
    }
    keep();
  } catch {
    // No network: it stays in the queue, and the count says so.
  } finally {
    sending = false;
    show();
  }
  if (Object.keys(queue).length > 0) send();
}

field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim()) note(field.value);
  field.value = "";
  field.focus();
});

async function scan(button) {
  const video = box.querySelector("[data-camera]");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return say(words.noCamera);
  }
  video.srcObject = stream;
  video.hidden = false;
  button.hidden = true;
  await video.play();
  say(words.scanning);
  let last = "";
  const look = async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (code && code.rawValue !== last) {
      last = code.rawValue;
      note(last);
    }
    setTimeout(look, 250);
  };
  look();
}

const button = box.querySelector("[data-scan]");
if ("BarcodeDetector" in window && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener("click", () => scan(button));
}
box.querySelector("[data-send]").addEventListener("click", send);
addEventListener("online", send);
addEventListener("focus", send);
setInterval(send, EVERY);
addEventListener("beforeunload", (event) => { if (Object.keys(queue).length > 0) event.preventDefault(); });
show();
send();
