"use strict";
// Checks a member's proof as `patronage check-proof` does, in the browser alone: no request is made.
// Throws a Wrong that names the part which does not hold.
class Wrong extends Error {
  constructor(part) { super(part); this.part = part; }
}

const Proof = (() => {
  const ASSETS = ["cash", "coins", "points"];
  const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { fatal: true });
  const bytes = (text) => encoder.encode(text);
  const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const same = (one, other) => one.length === other.length && one.every((b, i) => b === other[i]);
  const require = (holds) => { if (!holds) throw new Error("does not hold"); };

  const base64 = (text) => {
    require(typeof text === "string" && text);
    const found = atob(text);
    require(btoa(found) === text);
    return Uint8Array.from(found, (char) => char.charCodeAt(0));
  };
  const hash = (text) => { const found = base64(text); require(found.length === 32); return found; };
  const fixed = (amount) => {
    const view = new DataView(new ArrayBuffer(8));
    require(amount >= 0n && amount < 2n ** 63n);
    view.setBigUint64(0, amount);
    return new Uint8Array(view.buffer);
  };
  const decimal = (text) => {
    require(typeof text === "string" && /^(0|[1-9][0-9]{0,18})$/.test(text));
    return BigInt(text);
  };
  // Canonical JSON holds integers from 2^53 on, and all points, as decimal texts.
  const integer = (value) => {
    if (typeof value === "string") { require(/^-?[0-9]{1,30}$/.test(value)); return BigInt(value); }
    require(Number.isSafeInteger(value));
    return BigInt(value);
  };
  const place = (value) => { require(Number.isSafeInteger(value) && value >= 0); return value; };

  // C2SP signed-note and checkpoint.
  const parseKey = (text) => {
    const [name, id, ...rest] = text.trim().split("+");
    const encoded = rest.join("+"), data = base64(encoded);
    require(name && data[0] === 1 && data.length === 33);
    const found = Crypto.sha256(join(bytes(`${name}\n`), data)).slice(0, 4);
    require([...found].map((b) => b.toString(16).padStart(2, "0")).join("") === id);
    return { name, id: found, public: data.slice(1) };
  };
  const openNote = async (note, key) => {
    require(typeof note === "string" && !/[\x00-\x09\x0b-\x1f]/.test(note));
    const at = note.lastIndexOf("\n\n"), text = note.slice(0, at + 1);
    require(at > 0 && note.endsWith("\n"));
    let signed = false;
    for (const line of note.slice(at + 2, -1).split("\n")) {
      const match = /^— ([^ +]+) (\S+)$/.exec(line);
      require(match);
      const data = base64(match[2]);
      require(data.length > 4);
      if (match[1] === key.name && same(data.slice(0, 4), key.id)) {
        require(await Crypto.verify(key.public, data.slice(4), bytes(text)));
        signed = true;
      }
    }
    require(signed);
    const [origin, size, root, ...more] = text.split("\n");
    require(origin === key.name && more.length && more.pop() === "" && more.every(Boolean));
    return { origin, size: place(Number(decimal(size))), root: hash(root) };
  };

  // RFC 9162, 2.1.3: whether each neighbour stands at the left.
  const sides = (index, size) => {
    require(index < size);
    const found = [];
    for (let last = size - 1; last > 0; index = Math.floor(index / 2), last = Math.floor(last / 2)) {
      if (index % 2) found.push(true);
      else if (index < last) found.push(false);
    }
    return found;
  };
  const walk = (turns, path, value, node) => {
    require(Array.isArray(path) && path.length === turns.length);
    path.forEach((one, i) => { value = turns[i] ? node(one, value) : node(value, one); });
    return value;
  };
  const openLeaf = ({ leaf, index, proof }, { size, root }) => {
    const path = proof.map(hash), one = Uint8Array.of(1);
    const value = walk(sides(place(index), size), path, Crypto.sha256(join([0], bytes(leaf))),
      (left, right) => Crypto.sha256(join(one, left, right)));
    require(same(value, root));
    const told = JSON.parse(leaf);
    require(Number.isSafeInteger(told.seq));
    return told;
  };

  const checkSolvency = (told) => {
    require(told.type === "solvency" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(told.day));
    require(typeof told.currency === "string" && [0, 1, 2, 3, 4].includes(told.exponent));
    integer(told.custody);
    for (const asset of ASSETS)
      require(integer(told[asset][asset === "points" ? "worth" : "owed"]) <= integer(told[asset].held));
  };
  const hex = (text) => {
    require(/^[0-9a-f]{64}$/.test(text));
    return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  };
  const checkBalance = ({ line, position, paths }, told) => {
    const account = JSON.parse(line), commitment = Crypto.sha256(bytes(line));
    const amounts = {
      cash: integer(account.cash) + integer(account.dividends),
      coins: integer(account.coins),
      points: integer(account.points),
    };
    integer(account.quota);
    require(account.kind === "member" || account.kind === "merchant");
    const turns = sides(place(position), place(told.accounts));
    for (const asset of ASSETS) {
      const domain = bytes(`patronage/${asset}/v1\n`);
      const leaf = join([0x10], domain, commitment, fixed(amounts[asset]));
      const path = paths[asset].map(([digest, amount, ...more]) => {
        require(!more.length);
        return { digest: hash(digest), amount: decimal(amount) };
      });
      const node = (left, right) => {
        const amount = left.amount + right.amount;
        const both = [left.digest, fixed(left.amount), right.digest, fixed(right.amount)];
        fixed(amount);
        return { digest: Crypto.sha256(join([0x11], domain, ...both)), amount };
      };
      const top = walk(turns, path, { digest: Crypto.sha256(leaf), amount: amounts[asset] }, node);
      require(same(top.digest, hex(told[asset].root)) && top.amount === integer(told[asset].owed));
    }
    return account;
  };
  const names = (record, id) => [record.event, record.facts].some(
    (source) => source && ["member", "referrer", "account", "merchant"].some((n) => source[n] === id));

  const within = async (part, action) => {
    try { return await action(); } catch { throw new Wrong(part); }
  };

  // Returns { checkpoint, solvency, account, movements: [{ record, isNamed }] }.
  const check = async (data, keyText) => {
    const told = await within("form", () => {
      const found = JSON.parse(typeof data === "string" ? data : decoder.decode(data));
      require(found.format === "patronage-proof/1");
      return found;
    });
    const key = await within("key", () => parseKey(keyText));
    const checkpoint = await within("checkpoint", () => openNote(told.checkpoint, key));
    const solvency = await within("solvency", () => {
      const found = openLeaf(told.solvency, checkpoint);
      checkSolvency(found);
      return found;
    });
    const account = await within("balance", () => {
      const found = checkBalance(told.balance, solvency);
      require(found.account === told.account);
      return found;
    });
    const movements = await within("movement", () => told.movements.map((movement) => {
      const record = openLeaf(movement, checkpoint);
      return { record, isNamed: names(record, told.account) };
    }));
    return { checkpoint, solvency, account, movements };
  };
  return { check, integer };
})();
