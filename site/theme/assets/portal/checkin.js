/* Checking people in at the door of an activity, also without network: what is noted is kept on this phone first, then
   sent, and forgotten when the portal has answered. Sending again does no harm. The same script serves the page that
   the portal drew and the empty one that this phone keeps (site/check-in/worker.js). */

const stamp = /_[0-9a-f]+(?=\.js$)/.exec(import.meta.url)?.[0] ?? "";
const beside = (name) => new URL(name.replace(".", `${stamp}.`), import.meta.url).href;
const { Kept, forget, mark } = await import(beside("checkin-kept.js"));

const WORKER = "/layanan/meja/hadir.js";
const AT_ONCE = 25; // notes in one request
const SOON = 2000; // milliseconds after an attempt that failed; then twice as long each time
const EVERY = 10_000; // and never longer than this
const FRESH = 60_000; // how old the list may become while there is network
const PATIENCE = 20_000; // for an answer: a line that is only half there never says no
const NUMBER = /^[2-9BCDFGHJKMNPQRSTX]{8}$/;

const box = document.querySelector("[data-check-in]");

/** The 8 characters of a reference number, typed or scanned; empty when there is none. */
function numberIn(text) {
  const part = text.includes("/status/") ? text.split("/status/")[1].split(/[?#]/)[0] : text;
  const letters = part.toUpperCase().replace(/[\s\-–—._/]/g, "");
  return NUMBER.test(letters) ? letters : "";
}

const spaced = (number) => `${number.slice(0, 4)}-${number.slice(4)}`;

class Door {
  people = null; // by number; null while no list is here
  notes = new Map(); // by number: what waits, and what the portal could not take
  state = ""; // why sending stopped: "away", "signedOut", "notYours"
  others = 0;
  asked = 0; // when the list was last fetched
  sending = false;
  failures = 0; // attempts in a row that nobody answered

  constructor() {
    this.offering = box.dataset.checkIn || location.pathname.split("/").at(-2);
    this.address = `/layanan/meja/kegiatan/${this.offering}/hadir`;
    this.live = Boolean(box.dataset.listUntil); // drawn by the portal just now, not kept by this phone
    this.marked = mark();
    this.mine = this.marked || (this.live ? "unmarked" : ""); // whom the portal did not mark, nothing is kept for
    this.kept = new Kept(this.offering, this.mine);
    this.part = Object.fromEntries(["count", "line", "heard", "told", "scan", "send", "sign-in", "camera", "troubles", "seen", "people", "row", "no-list", "kept"]
      .map((name) => [name, box.querySelector(`[data-${name}]`)]));
    this.field = box.querySelector("#nomor");
    this.rows = this.part.people.querySelector("ul");
  }

  words(name, values = {}) {
    return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), box.dataset[name]);
  }

  get waiting() { return [...this.notes.values()].filter((note) => !note.code); }

  get troubles() { return [...this.notes.values()].filter((note) => note.code); }

  nameOf(number) { return this.people?.get(number)?.name ?? spaced(number); }

  // -- beginning ----------------------------------------------------------------------------------------------------

  async start() {
    box.querySelector("label").textContent = this.words("numberOrName");
    this.part.told.textContent = this.words("begin");
    await (this.marked || !this.live ? this.kept.open() : this.kept.openInMemory());
    this.others = await this.kept.tidy();
    if (this.live) {
      this.notesUntil = Number(box.dataset.notesUntil) * 1000;
      this.asked = Date.now();
      await this.take({
        title: document.querySelector("[data-title]").textContent, until: Number(box.dataset.listUntil) * 1000, notesUntil: this.notesUntil,
        people: [...this.rows.children].map((row) => ({ reference: row.dataset.number, number: row.querySelector("[data-shown]").textContent, name: row.querySelector("[data-name]").textContent, here: "present" in row.dataset })),
      });
    } else {
      const list = this.mine && await this.kept.list();
      this.notesUntil = list?.notesUntil;
      if (list) this.show(list);
      box.querySelectorAll("form").forEach((form) => { form.action = this.address; });
      document.querySelector("[data-back]").href = `/layanan/meja/kegiatan/${this.offering}${location.search}`;
    }
    await this.readNotes();
    this.listen();
    this.draw();
    await this.send();
    if (this.live) await this.beReady();
  }

  listen() {
    this.field.form.addEventListener("submit", (event) => { event.preventDefault(); this.typed(); });
    this.field.addEventListener("input", () => this.narrow());
    this.part.people.addEventListener("submit", (event) => { event.preventDefault(); this.note(event.submitter.value, event.submitter.closest("li")); });
    this.part.send.addEventListener("click", () => this.send());
    this.part.seen.addEventListener("click", () => this.haveSeen());
    this.part["sign-in"].href = `/layanan/masuk?ke=${encodeURIComponent(location.pathname + location.search)}`;
    if (navigator.mediaDevices) {
      this.part.scan.hidden = false;
      this.part.scan.addEventListener("click", () => (this.stop ? this.close() : this.scan()));
    }
    addEventListener("online", () => this.send());
    addEventListener("pageshow", () => this.again());
    addEventListener("pagehide", () => this.close());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.again()));
    addEventListener("beforeunload", (event) => { if (!this.kept.durable && this.waiting.length > 0) event.preventDefault(); });
  }

  /** Somebody is back at this page: another window may have noted or sent meanwhile. */
  async again() {
    if (this.isSomebodyElse()) return;
    await this.readNotes();
    this.draw();
    await this.send();
  }

  async readNotes() {
    this.notes = new Map((this.mine ? await this.kept.notes() : []).map((note) => [note.number, note]));
  }

  /** Signed out, or another person signed in, in another window: nothing of the former is shown or sent any more. */
  isSomebodyElse() {
    if (mark() === this.marked) return false;
    this.close();
    this.people = null;
    this.rows.replaceChildren();
    this.notes = new Map();
    location.reload();
    return true;
  }

  /** Tell the browser to keep this page for the time without network, and people that it has. */
  async beReady() {
    if (!this.kept.durable || !navigator.serviceWorker) return;
    await navigator.serviceWorker.register(WORKER, { scope: this.address });
    await navigator.serviceWorker.ready;
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(this.until);
    this.part.kept.textContent = this.words("ready", { when });
    this.part.kept.hidden = false;
  }

  // -- the list -----------------------------------------------------------------------------------------------------

  async take(list) {
    this.show(list);
    await this.kept.keepList(list);
  }

  show(list) {
    this.people = new Map(list.people.map((each) => [each.reference, each]));
    this.until = list.until;
    document.querySelector("[data-title]").textContent = list.title;
    const known = new Map([...this.rows.children].map((row) => [row.dataset.number, row]));
    this.rows.replaceChildren(...list.people.map((each) => known.get(each.reference) ?? this.newRow(each)));
  }

  newRow({ reference, number, name }) {
    const row = this.part.row.content.firstElementChild.cloneNode(true);
    row.dataset.number = reference;
    row.querySelectorAll("[data-name]").forEach((place) => { place.textContent = name; });
    row.querySelector("[data-shown]").textContent = number;
    row.querySelector("button").value = reference;
    return row;
  }

  /** The list as the portal has it now: another phone may stand at the same door. */
  async refresh() {
    if (Date.now() - this.asked < FRESH || document.hidden) return;
    const answer = await this.ask("GET");
    if (!answer) return;
    this.asked = Date.now();
    this.notesUntil = answer.notes_until * 1000;
    await this.take({ title: answer.title, until: answer.list_until * 1000, notesUntil: this.notesUntil, people: answer.people });
    this.draw();
  }

  narrow() {
    const text = this.field.value.trim().toLocaleLowerCase();
    const number = text.toUpperCase().replace(/[\s-]/g, "");
    let shown = 0;
    for (const row of this.rows.children) {
      const each = this.people.get(row.dataset.number);
      row.hidden = !(each.name.toLocaleLowerCase().includes(text) || row.dataset.number.startsWith(number));
      shown += !row.hidden;
    }
    clearTimeout(this.pause);
    if (text && this.people) this.pause = setTimeout(() => this.hear(this.words("found", { count: shown })), 500);
  }

  // -- noting -------------------------------------------------------------------------------------------------------

  async typed() {
    const text = this.field.value;
    if (!text.trim()) return;
    const number = numberIn(text);
    if (!number) return this.say(this.words("noNumber"), "trouble");
    this.field.value = "";
    this.narrow();
    await this.note(number);
    this.field.focus();
  }

  async note(number, row) {
    if (this.isSomebodyElse()) return;
    const name = this.nameOf(number);
    const before = this.notes.get(number);
    if (this.people?.get(number)?.here || (before && !before.code)) return this.say(this.words("already", { name }), "again");
    const note = { number, at: new Date().toISOString(), until: this.notesUntil ?? Date.now() + 86_400_000 };
    this.notes.set(number, note);
    await this.kept.note(note);
    this.notes.set(number, note); // what was read from the store meanwhile did not have it
    row?.focus();
    this.say(this.words(this.people && !this.people.has(number) ? "offList" : "noted", { name }), "good");
    this.draw();
    await this.send();
  }

  async haveSeen() {
    const seen = this.troubles;
    seen.forEach((note) => this.notes.delete(note.number));
    await this.kept.forgetNotes(...seen);
    this.draw();
    this.field.focus();
  }

  // -- sending ------------------------------------------------------------------------------------------------------

  async send({ byItself = false } = {}) {
    if (!byItself) this.failures = 0; // somebody is here: short pauses again
    if (this.sending || !this.mine || this.isSomebodyElse()) return;
    this.sending = true;
    const had = this.waiting.length;
    try {
      if (had > 0) this.draw();
      while (this.waiting.length > 0) if (!await this.sendSome(this.waiting.slice(0, AT_ONCE))) break;
      if (this.waiting.length === 0) await this.refresh();
      if (had > 0 && this.waiting.length === 0) this.hear(this.words("allSent"));
    } finally {
      this.sending = false;
      this.failures = this.state === "away" ? this.failures + 1 : 0;
      clearTimeout(this.next);
      this.next = setTimeout(() => this.send({ byItself: true }), this.failures ? Math.min(EVERY, SOON * 2 ** (this.failures - 1)) : EVERY);
      this.draw();
    }
  }

  async sendSome(notes) {
    const answer = await this.ask("POST", {
      nomor: notes.map((note) => note.number), jam: new Date().toISOString(),
      waktu: Object.fromEntries(notes.map((note) => [note.number, note.at])),
    });
    if (!answer) return false;
    const told = notes.map((note) => ({ ...note, code: answer.outcome[note.number] ?? "unknown" }));
    const taken = told.filter((note) => note.code === "checked_in");
    const others = told.filter((note) => note.code !== "checked_in");
    for (const { number } of taken) {
      this.notes.delete(number);
      if (this.people?.has(number)) this.people.get(number).here = true;
    }
    others.forEach((note) => this.notes.set(note.number, note));
    if (others.length > 0) {
      await this.kept.note(...others);
      this.say(others.map((note) => this.outcomeOf(note)).join("; "), "trouble");
    } else if (taken.length === 1) {
      this.say(this.words("sent", { name: this.nameOf(taken[0].number) }), "good");
    }
    await this.kept.forgetNotes(...taken);
    if (this.people) await this.kept.keepList({ title: document.querySelector("[data-title]").textContent, until: this.until, notesUntil: this.notesUntil, people: [...this.people.values()] });
    this.draw();
    return true;
  }

  outcomeOf(note) {
    const text = box.getAttribute(`data-code-${note.code.replaceAll("_", "-")}`) ?? note.code;
    return `${this.nameOf(note.number)}: ${text}`;
  }

  /** What the portal answers, or nothing: then `state` says why. */
  async ask(method, body) {
    const late = new AbortController();
    const clock = setTimeout(() => late.abort(), PATIENCE);
    try {
      const answer = await fetch(this.address + location.search, {
        method, signal: late.signal, body: body && JSON.stringify(body),
        headers: { "accept": "application/json", "accept-language": document.documentElement.lang, ...(body && { "content-type": "application/json" }) },
      });
      this.state = { 401: "signedOut", 404: "notYours" }[answer.status] ?? (answer.ok ? "" : "away");
      // Whoever holds the phone now cannot sign in for this list: it may be lost. What is on the screen stays.
      if (this.state === "signedOut" || this.state === "notYours") await this.kept.forgetList();
      return this.state ? undefined : await answer.json();
    } catch {
      this.state = "away";
      return undefined;
    } finally {
      clearTimeout(clock);
    }
  }

  // -- showing ------------------------------------------------------------------------------------------------------

  /** What just happened; `how` colours it, and a phone in a pocket can be felt. */
  say(text, how) {
    this.part.told.textContent = text;
    this.part.told.dataset.how = how;
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(how === "good" ? 60 : [60, 80, 60]);
  }

  hear(text) { this.part.heard.textContent = text; }

  draw() {
    this.drawPeople();
    this.drawTroubles();
    const count = this.waiting.length;
    const kind = this.kindOfLine(count);
    const line = this.part.line;
    if (kind !== line.dataset.kind && !["", "waiting", "sending"].includes(kind)) this.hear(this.words(kind, { count: this.others || count }));
    line.dataset.kind = kind;
    line.hidden = !kind;
    line.textContent = kind && this.words(kind, { count: kind === "others" ? this.others : count });
    this.part["no-list"].hidden = this.people !== null || !this.mine;
    this.part.send.hidden = kind !== "waiting";
    this.part["sign-in"].hidden = !["signedOut", "nobody"].includes(kind);
    for (const each of [this.field.form, this.part.told, this.part.scan]) if (!this.mine) each.hidden = true;
  }

  kindOfLine(count) {
    if (!this.mine) return "nobody";
    if (this.state === "signedOut" || this.state === "notYours") return this.state;
    if (count > 0 && !this.kept.durable) return "notKept";
    if (count > 0) return this.state === "away" || !this.sending ? "waiting" : "sending";
    return this.others > 0 ? "others" : this.state === "away" ? "" : "allSent";
  }

  drawPeople() {
    let here = 0;
    for (const row of this.rows.children) {
      const { here: sent } = this.people.get(row.dataset.number);
      const stored = this.notes.has(row.dataset.number) && !this.notes.get(row.dataset.number).code;
      here += sent || stored;
      row.querySelector("[data-state]").textContent = sent ? box.dataset.here : stored ? box.dataset.stored : "";
      const button = row.querySelector("button");
      if (button) button.hidden = sent || stored;
    }
    this.part.count.hidden = this.people === null;
    this.part.count.textContent = this.words("counted", { here, all: this.rows.children.length });
  }

  drawTroubles() {
    const list = this.part.troubles.querySelector("ul");
    this.part.troubles.hidden = this.troubles.length === 0;
    list.replaceChildren(...this.troubles.map((note) => Object.assign(document.createElement("li"), { textContent: this.outcomeOf(note) })));
  }

  // -- the camera ---------------------------------------------------------------------------------------------------

  async scan() {
    const { look } = await import(beside("checkin-camera.js"));
    this.close();
    this.part.scan.setAttribute("aria-expanded", "true");
    try {
      this.part.camera.hidden = false;
      this.stop = await look(this.part.camera, (text) => this.scanned(text));
    } catch {
      this.close();
      return this.say(this.words("noCamera"), "trouble");
    }
    this.scanWords ??= this.part.scan.textContent;
    this.part.scan.textContent = this.words("stop");
    this.say(this.words("scanning"), "again");
  }

  scanned(text) {
    const number = numberIn(text);
    return number ? this.note(number) : this.say(this.words("noReceipt"), "trouble");
  }

  close() {
    this.stop?.();
    this.stop = null;
    this.part.camera.hidden = true;
    this.part.scan.setAttribute("aria-expanded", "false");
    if (this.scanWords) this.part.scan.textContent = this.scanWords;
  }
}

if (box) await new Door().start();
else await forget();
