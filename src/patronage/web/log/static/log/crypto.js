"use strict";
// SHA-256 for all that is hashed here, and the check of an Ed25519 signature: by the browser where it
// can, else by the code below (RFC 8032), which needs SHA-512. Nothing here is secret, so nothing
// needs to take the same time for all inputs.
const Crypto = (() => {
  const primes = [];
  for (let n = 2; primes.length < 80; n++) if (primes.every((p) => n % p)) primes.push(n);

  // The constants of SHA-2: the first 64 bits behind the point of the primes' square and cube roots.
  const root = (value, power) => {
    let low = 0n, high = 1n << 80n;
    while (low + 1n < high) {
      const middle = (low + high) >> 1n;
      if (middle ** power <= value) low = middle;
      else high = middle;
    }
    return low & 0xffffffffffffffffn;
  };
  const INITIAL = primes.slice(0, 8).map((p) => root(BigInt(p) << 128n, 2n));
  const ROUNDS = primes.map((p) => root(BigInt(p) << 192n, 3n));
  const INITIAL_32 = INITIAL.map((word) => Number(word >> 32n));
  const ROUNDS_32 = ROUNDS.slice(0, 64).map((word) => Number(word >> 32n));

  const padded = (bytes, block) => {
    const length = Math.ceil((bytes.length + 1 + block / 8) / block) * block;
    const all = new Uint8Array(length);
    all.set(bytes);
    all[bytes.length] = 0x80;
    new DataView(all.buffer).setBigUint64(length - 8, BigInt(bytes.length) * 8n);
    return new DataView(all.buffer);
  };

  const sha256 = (bytes) => {
    const data = padded(bytes, 64), hash = Int32Array.from(INITIAL_32, (word) => word | 0);
    const w = new Int32Array(64);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    for (let start = 0; start < data.byteLength; start += 64) {
      for (let i = 0; i < 16; i++) w[i] = data.getInt32(start + 4 * i);
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) +
          w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) +
          ROUNDS_32[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { hash[i] += word; });
    }
    const told = new DataView(new ArrayBuffer(32));
    hash.forEach((word, i) => told.setInt32(4 * i, word));
    return new Uint8Array(told.buffer);
  };

  const sha512 = (bytes) => {
    const data = padded(bytes, 128), hash = INITIAL.slice(), mask = 0xffffffffffffffffn;
    const turn = (x, n) => ((x >> n) | (x << (64n - n))) & mask;
    for (let start = 0; start < data.byteLength; start += 128) {
      const w = [];
      for (let i = 0; i < 16; i++) w.push(data.getBigUint64(start + 8 * i));
      for (let i = 16; i < 80; i++) {
        const x = w[i - 15], y = w[i - 2];
        w.push((w[i - 16] + (turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n)) + w[i - 7] +
          (turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n))) & mask);
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 80; i++) {
        const one = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & mask & g)) +
          ROUNDS[i] + w[i];
        const two = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & mask, c, b, a, (one + two) & mask];
      }
      [a, b, c, d, e, f, g, h].forEach((word, i) => { hash[i] = (hash[i] + word) & mask; });
    }
    const told = new DataView(new ArrayBuffer(64));
    hash.forEach((word, i) => told.setBigUint64(8 * i, word));
    return new Uint8Array(told.buffer);
  };

  // Ed25519 in extended coordinates (x, y, z, t): x/z, y/z, and t = x·y/z.
  const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (x) => { const rest = x % P; return rest < 0n ? rest + P : rest; };
  const power = (base, exponent) => {
    let value = 1n;
    for (base = mod(base); exponent; exponent >>= 1n, base = mod(base * base))
      if (exponent & 1n) value = mod(value * base);
    return value;
  };
  const inverse = (x) => power(x, P - 2n);
  const D = mod(-121665n * inverse(121666n)), I = power(2n, (P - 1n) / 4n);
  const ZERO = [0n, 1n, 1n, 0n];
  const add = ([x, y, z, t], [u, v, w, s]) => {
    const a = mod((y - x) * (v - u)), b = mod((y + x) * (v + u));
    const c = mod(2n * D * t * s), d = mod(2n * z * w);
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  };
  const times = (factor, point) => {
    let sum = ZERO;
    for (; factor; factor >>= 1n, point = add(point, point)) if (factor & 1n) sum = add(sum, point);
    return sum;
  };
  const little = (bytes) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const decode = (bytes) => {
    const all = little(bytes), odd = all >> 255n, y = all & (2n ** 255n - 1n);
    if (y >= P) return null;
    const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
    let x = power(square, (P + 3n) / 8n);
    if (mod(x * x) !== square) x = mod(x * I);
    if (mod(x * x) !== square || (!x && odd)) return null;
    if ((x & 1n) !== odd) x = P - x;
    return [x, y, 1n, mod(x * y)];
  };
  const encode = ([x, y, z]) => {
    const by = inverse(z), told = mod(y * by) | ((mod(x * by) & 1n) << 255n);
    return Uint8Array.from({ length: 32 }, (_, i) => Number((told >> BigInt(8 * i)) & 255n));
  };
  const BASE = decode(Uint8Array.from({ length: 32 }, (_, i) => (i ? 0x66 : 0x58)));

  const verifyHere = (key, signature, message) => {
    const point = decode(key), r = signature.slice(0, 32), s = little(signature.slice(32));
    if (!point || s >= L) return false;
    const hashed = sha512(Uint8Array.from([...r, ...key, ...message]));
    const [x, y, z, t] = times(little(hashed) % L, point);
    const found = encode(add(times(s, BASE), [mod(-x), y, z, mod(-t)]));
    return found.every((byte, i) => byte === r[i]);
  };

  const verify = async (key, signature, message) => {
    if (key.length !== 32 || signature.length !== 64) return false;
    try {
      const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", imported, signature, message);
    } catch {
      return verifyHere(key, signature, message);
    }
  };
  return { sha256, sha512, verify, verifyHere };
})();
