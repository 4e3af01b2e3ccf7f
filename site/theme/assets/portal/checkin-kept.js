/* What a phone keeps of the door of an activity, in IndexedDB: the list (numbers and names) until the moment that the
   portal named, and what was noted (numbers and moments) until the portal has it. Both carry the mark of whoever was
   signed in; nobody else is shown or sends them. The service worker keeps nothing of anybody. */

const LISTS = "lists";
const NOTES = "notes";
const DOORS = "/layanan/meja/"; // below it are the pages whose workers are the door's
const ASIDE = "check-in "; // how the names of the worker's caches begin
const KEYS = { [LISTS]: ["offering"], [NOTES]: ["mark", "offering", "number"] };

/** Whose phone this is now, as far as a script may know: a mark that the portal sets at sign-in, and takes back. */
export const mark = () => /(?:^|; )(?:__Host-)?penanda=([0-9a-f]+)/.exec(document.cookie)?.[1] ?? "";

function opened() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("hadir", 1);
    request.onupgradeneeded = () => {
      for (const [name, path] of Object.entries(KEYS)) request.result.createObjectStore(name, { keyPath: path });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      done(request.result);
    };
    request.onerror = request.onblocked = () => failed(request.error);
  });
}

function inDatabase(database) {
  const changed = (name, change) => new Promise((done, failed) => {
    // "strict": written to the phone's storage, not only promised, before anybody is told so.
    const transaction = database.transaction(name, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => done();
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
    change(transaction.objectStore(name));
  });
  return {
    all: (name) => new Promise((done, failed) => {
      const request = database.transaction(name).objectStore(name).getAll();
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    }),
    put: (name, values) => changed(name, (store) => values.forEach((each) => store.put(each))),
    remove: (name, values) => changed(name, (store) => values.forEach((each) => store.delete(KEYS[name].map((key) => each[key])))),
  };
}

/** For a browser that refuses to keep anything: what is noted lives as long as the page. */
function inMemory() {
  const kept = { [LISTS]: new Map(), [NOTES]: new Map() };
  const key = (name, value) => KEYS[name].map((each) => value[each]).join(" ");
  return {
    all: async (name) => [...kept[name].values()],
    put: async (name, values) => values.forEach((each) => kept[name].set(key(name, each), each)),
    remove: async (name, values) => values.forEach((each) => kept[name].delete(key(name, each))),
  };
}

/** What is kept about one activity for the person with this mark. */
export class Kept {
  constructor(offering, mine) {
    Object.assign(this, { offering, mine, durable: true });
  }

  async open() {
    try {
      this.store = inDatabase(await opened());
      await this.store.all(LISTS);
    } catch {
      this.openInMemory();
    }
    return this;
  }

  openInMemory() {
    this.durable = false;
    this.store = inMemory();
  }

  #isMine(each) { return each.mark === this.mine && each.offering === this.offering; }

  /** Erase what is over and every list of somebody else; answers how many notes of others wait here. */
  async tidy() {
    const [lists, notes] = await Promise.all([this.store.all(LISTS), this.store.all(NOTES)]);
    await this.store.remove(LISTS, lists.filter((each) => each.until < Date.now() || each.mark !== this.mine));
    await this.store.remove(NOTES, notes.filter((each) => each.until < Date.now()));
    return notes.filter((each) => each.mark !== this.mine && each.until >= Date.now()).length;
  }

  async list() { return (await this.store.all(LISTS)).find((each) => this.#isMine(each)); }

  async keepList(list) { await this.#kept(LISTS, [{ ...list, mark: this.mine, offering: this.offering }]); }

  async forgetList() { await this.store.remove(LISTS, [{ offering: this.offering }]); }

  async notes() { return (await this.store.all(NOTES)).filter((each) => this.#isMine(each)); }

  async note(...notes) { await this.#kept(NOTES, notes.map((each) => ({ ...each, mark: this.mine, offering: this.offering }))); }

  async forgetNotes(...notes) { await this.store.remove(NOTES, notes.map((each) => ({ ...each, mark: this.mine, offering: this.offering }))); }

  async #kept(name, values) {
    try {
      await this.store.put(name, values);
    } catch {
      this.openInMemory(); // full, or closed by the browser: the page says so, and goes on with what it holds
      await this.store.put(name, values);
    }
  }
}

/** After signing out: no list of anybody stays, and no worker of a door. Notes stay for whoever made them. */
export async function forget() {
  const kept = await new Kept("", "").open();
  await kept.tidy();
  for (const each of await navigator.serviceWorker?.getRegistrations() ?? []) if (new URL(each.scope).pathname.startsWith(DOORS)) await each.unregister();
  for (const name of await globalThis.caches?.keys() ?? []) if (name.startsWith(ASIDE)) await caches.delete(name);
}
