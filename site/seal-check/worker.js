/* The service worker of one page: the one that checks a document (its scope), so that it opens and verifies without
   network. It keeps files and the portal's public keys; what somebody checks stands behind the # of the address, which a
   worker's cache never sees.

   The build writes what BUILT is (infra/seal_page.py): a new build is a new worker, which replaces the old one and all
   that it kept, as soon as the page is opened with network. */

const BUILT = __BUILT__;
const PATIENCE = 6000; // milliseconds: a line that is only half there is no line

const scope = new URL(self.registration.scope).pathname;
const beginning = `seals ${scope} `;
const name = beginning + BUILT.version;

async function fill() {
  const cache = await caches.open(name);
  await Promise.all([...BUILT.files, BUILT.keys, scope].map(async (address) => {
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

/** The portal's own answer, or what was kept; of the keys the newest are kept. */
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
  else if (pathname === BUILT.keys) event.respondWith(liveOrKept(BUILT.keys, request, true));
  else if (BUILT.files.includes(pathname)) event.respondWith(file(pathname, request));
});
