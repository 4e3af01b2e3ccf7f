/* A seal, read and verified in the browser: the twin of functions/portal/seals.py, whose _body says what its parts are.
   tests/journeys/test_seals.py holds the two together. Knows no page. */

const HEAD = 29; // version 1, key 4, day 2, reference 5, digest 16, length of kind 1
const SIGNATURE = 64;
const MOST = 400;
const FIRST_DAY = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;
const LETTERS = "23456789BCDFGHJKMNPQRSTX";
const KIND = /^[a-z][a-z_]{1,15}$/;
const TOTAL = /^([0-9][0-9.,]{0,9}( [A-Za-z]{1,4})?)?$/;
const SIGNED = { name: "ECDSA", hash: "SHA-256" };

/** The seal in what somebody pasted or typed: the whole address or what stands behind its #, also over lines. */
export const tokenIn = (text) => text.replace(/\s+/g, "").split("#").at(-1);

const unpacked = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const packed = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const numberIn = (bytes) => bytes.reduce((number, byte) => number * 256 + byte, 0);
const textIn = (bytes) => String.fromCharCode(...bytes);

function bytesOf(token) {
  if (token.length > MOST || !/^[A-Za-z0-9_-]+$/.test(token) || token.length % 4 === 1) return undefined;
  const bytes = unpacked(token);
  return packed(bytes) === token ? bytes : undefined; // the only way to write these bytes
}

function referenceOf(number) {
  let letters = "";
  for (let rest = number; rest > 0 || letters.length < 8; rest = Math.floor(rest / LETTERS.length)) letters = LETTERS[rest % LETTERS.length] + letters;
  return letters;
}

/** What a seal says, genuine or not; undefined when it cannot be read as one. */
export function read(token) {
  const bytes = bytesOf(token);
  if (!bytes || bytes.length < HEAD + SIGNATURE || bytes[0] !== 1) return undefined;
  const [body, signature] = [bytes.slice(0, -SIGNATURE), bytes.slice(-SIGNATURE)];
  const end = HEAD + body[HEAD - 1];
  if (body.length < end) return undefined;
  const said = {
    kind: textIn(body.slice(HEAD, end)),
    reference: referenceOf(numberIn(body.slice(7, 12))),
    day: new Date(FIRST_DAY + numberIn(body.slice(5, 7)) * DAY).toISOString().slice(0, 10),
    total: textIn(body.slice(end)),
  };
  if (!KIND.test(said.kind) || !TOTAL.test(said.total) || said.reference.length !== 8) return undefined;
  const key = [...body.slice(1, 5)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ...said, key, body, signature };
}

async function isSigned({ body, signature }, { kty, crv, x, y }) {
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: crv }, false, ["verify"]);
  return crypto.subtle.verify(SIGNED, key, signature, body);
}

/** The outcome ("cut", "unknown_key", "changed" or "genuine") and, of a genuine seal, what it says. */
export async function verified(token, keys) {
  const seal = read(token);
  if (!seal) return { outcome: "cut" };
  const key = keys.find((each) => each.kid === seal.key);
  if (!key || seal.day > (key.until ?? "9999")) return { outcome: "unknown_key" };
  if (!await isSigned(seal, key)) return { outcome: "changed" };
  const { kind, reference, day, total } = seal;
  return { outcome: "genuine", kind, reference, day, total };
}
