/* The service worker of one page: the door of one activity (its scope), so that it opens again without network.
   It keeps files only: style, scripts and the page with nobody in it, each as this build made them. Names and numbers
   are none of its business (checkin-kept.js). While there is network the portal answers, and the worker stands aside.

   The build writes what BUILT is (infra/door_page.py): a new build is a new worker, which replaces the old one and all
   that it kept, as soon as the page is opened with network. */

const BUILT = __BUILT__;
const PATIENCE = 6000; // milliseconds: a line that is only half there is no line

const scope = new URL(self.registration.scope).pathname;
const beginning = `check-in ${scope} `;
const name = beginning + BUILT.version;
const readsCodes = async () => (await self.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? []).includes("qr_code");

/** The page with nobody in it may use the camera, as the portal's own page may. */
async function withCamera(answer) {
  const headers = new Headers(answer.headers);
  headers.set("permissions-policy", BUILT.camera);
  headers.delete("content-encoding"); // the browser has unpacked it
  return new Response(await answer.blob(), { status: 200, headers });
}

async function fill() {
  const cache = await caches.open(name);
  const wanted = [...BUILT.files, ...(await readsCodes() ? [] : BUILT.reader)];
  const keep = async (address, change) => {
    const answer = await fetch(address, { cache: "no-cache" });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    await cache.put(address, await change(answer));
  };
  await Promise.all([...wanted.map((each) => keep(each, (answer) => answer)), ...Object.values(BUILT.pages).map((each) => keep(each, withCamera))]);
  await self.skipWaiting();
}

async function replaceOlder() {
  for (const each of await caches.keys()) if (each.startsWith(beginning) && each !== name) await caches.delete(each);
  await self.clients.claim();
}

async function live(request) {
  const answer = await Promise.race([fetch(request), new Promise((_, late) => setTimeout(late, PATIENCE))]);
  if (answer.status >= 500) throw new Error("the portal is busy");
  return answer;
}

async function page(request) {
  try {
    return await live(request);
  } catch {
    const language = new URL(request.url).searchParams.get("lang");
    const cache = await caches.open(name);
    return await cache.match(BUILT.pages[language] ?? BUILT.pages.id) ?? Response.error();
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
  if (request.mode === "navigate" && pathname === scope) event.respondWith(page(request));
  else if ([...BUILT.files, ...BUILT.reader].includes(pathname)) event.respondWith(file(pathname, request));
});
