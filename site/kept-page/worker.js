/* The service worker of one page (its scope) that works by itself, so that it opens without network: the page that checks
   a document, and the one that says which services may fit. It keeps files and public answers such as the portal's keys;
   what somebody checks or answers stands behind the # of an address or in a form, which a worker's cache never sees.

   The build writes what BUILT is (infra/kept_pages.py): a new build is a new worker, which replaces the old one and all
   that it kept, as soon as the page is opened with network. */

const BUILT = __BUILT__;
const PATIENCE = 6000; // milliseconds: a line that is only half there is no line

const scope = new URL(self.registration.scope).pathname;
const beginning = `${BUILT.name} ${scope} `;
const name = beginning + BUILT.version;

async function fill() {
  const cache = await caches.open(name);
  await Promise.all([...BUILT.files, ...BUILT.renewed, scope].map(async (address) => {
    const answer = await fetch(address, { cache: "no-cache" });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    await cache.put(address, answer);
  }));
  await self.skipWaiting();
}

async function replaceOlder() {
  for (const each of await caches.keys()) if (each.startsWith(beginning) && each !== name) await caches.delete(each);
  await self.clients.claim();
}

async function live(request) {
  const answer = await Promise.race([fetch(request), new Promise((_, late) => setTimeout(late, PATIENCE))]);
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return answer;
}

/** The portal's own answer, or what was kept; of what is renewed the newest is kept. */
async function liveOrKept(address, request, renew) {
  const cache = await caches.open(name);
  try {
    const answer = await live(request);
    if (renew) await cache.put(address, answer.clone());
    return answer;
  } catch {
    return await cache.match(address) ?? Response.error();
  }
}

async function file(address, request) {
  return await (await caches.open(name)).match(address) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(replaceOlder()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === scope) event.respondWith(liveOrKept(scope, request, false));
  else if (BUILT.renewed.includes(pathname)) event.respondWith(liveOrKept(pathname, request, true));
  else if (BUILT.files.includes(pathname)) event.respondWith(file(pathname, request));
});
