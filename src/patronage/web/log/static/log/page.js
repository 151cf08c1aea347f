"use strict";
// The page that checks a proof: what is found is said in the page's own sentences.
(() => {
  const form = document.querySelector("[data-check]");
  const file = form.querySelector("[name=proof]"), key = form.querySelector("[name=key]");
  const language = document.documentElement.lang;

  const group = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const decimal = (value, places) => {
    const digits = Proof.integer(value).toString().padStart(places + 1, "0");
    const whole = group(digits.slice(0, digits.length - places));
    return places ? `${whole}.${digits.slice(-places)}` : whole;
  };
  const show = (name, values = {}) => {
    document.querySelectorAll("[data-result]").forEach((one) => {
      one.hidden = one.dataset.result !== name;
    });
    const result = document.querySelector(`[data-result="${name}"]`);
    for (const [place, text] of Object.entries(values))
      result.querySelectorAll(`[data-value="${place}"]`).forEach((one) => { one.textContent = text; });
    return result;
  };

  const tell = ({ checkpoint, solvency, account, movements }) => {
    const money = (value) => decimal(value, solvency.exponent);
    const values = {
      origin: checkpoint.origin,
      size: group(String(checkpoint.size)),
      account: account.account,
      day: solvency.day,
      seq: group(String(solvency.seq)),
      accounts: group(String(solvency.accounts)),
      points: decimal(account.points, 9),
      coins: money(account.coins),
      cash: money(account.cash),
      dividends: money(account.dividends),
      quota: money(account.quota),
      currency: solvency.currency,
      custody: money(solvency.custody),
      cash_owed: money(solvency.cash.owed),
      cash_held: money(solvency.cash.held),
      coins_owed: money(solvency.coins.owed),
      coins_held: money(solvency.coins.held),
      points_worth: money(solvency.points.worth),
      points_held: money(solvency.points.held),
      movements: String(movements.length),
      named: String(movements.filter((one) => one.isNamed).length),
    };
    const list = show("proved", values).querySelector("[data-movements]");
    list.replaceChildren(...movements.map(({ record }) => {
      const item = document.createElement("li");
      const at = (record.event && record.event.at) || record.at || "";
      const when = new Date(at);
      const told = isNaN(when) ? at : when.toLocaleString(language);
      const type = String((record.event || {}).type);
      const label = document.querySelector(`[data-type="${CSS.escape(type)}"]`);
      item.textContent = `${record.seq} · ${label ? label.textContent : "–"} · ${told}`;
      item.translate = false;
      return item;
    }));
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!file.files.length) { show("none"); return; }
    try {
      tell(await Proof.check(await file.files[0].text(), key.value));
    } catch (error) {
      show(error instanceof Wrong ? error.part : "form");
    }
  });
})();
