// Everything works without this file; with it, what changes on a page is seen without loading it again.
"use strict";

// An element with data-live="5" is taken anew from its own page, and swapped where it differs: when the server says that
// something changed (live.js), or every five seconds where it cannot say so.
const LIVE_HEADER = { "X-Osteonode-Live": "1" };
const live = () => Array.from(document.querySelectorAll("[data-live][id]"));
const lost = document.getElementById("lost");

const isInUse = (element) =>
  element.contains(document.activeElement) && document.activeElement !== document.body;

async function lookAgain() {
  const answer = await fetch(location.href, { headers: LIVE_HEADER, redirect: "manual" });
  if (answer.status === 401) {
    location.reload(); // the session has ended: the login comes, and leads back here
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of live()) {
    const found = fresh.getElementById(old.id);
    // What somebody works with, or has opened, stays as it is until they are done.
    if (!found || isInUse(old) || old.querySelector("details[open]")) continue;
    if (found.innerHTML !== old.innerHTML) {
      old.dataset.live = found.dataset.live ?? "0";
      old.replaceChildren(...found.childNodes);
      document.dispatchEvent(new CustomEvent("osteonode:fresh", { detail: old }));
    }
  }
}

function showLost(isLost) {
  if (!lost || lost.hidden === !isLost) return;
  lost.textContent = document.body.dataset.lost;
  lost.hidden = !isLost;
}

// Looks for itself for as long as nobody else says when; `stop` and `start` are live.js's.
const polling = {
  timer: 0,
  failures: 0,
  isOn: true,
  seconds() {
    const every = live().map((element) => Number(element.dataset.live)).filter((seconds) => seconds > 0);
    return every.length ? Math.min(...every) * Math.min(2 ** this.failures, 8) : 0;
  },
  async look() {
    try {
      await lookAgain();
      this.failures = 0;
    } catch {
      this.failures += 1;
    }
    showLost(this.failures > 1);
  },
  next() {
    clearTimeout(this.timer);
    const seconds = this.seconds();
    // What comes of work that the ledger knows nothing of (data-polls) is asked for all the same.
    if (!(this.isOn || document.querySelector("[data-polls]")) || seconds === 0 || document.hidden) return;
    this.timer = setTimeout(() => this.look().then(() => this.next()), 1000 * seconds);
  },
  start() {
    this.isOn = true;
    this.next();
  },
  stop() {
    this.isOn = false;
    showLost(false);
    this.next();
  },
};

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && live().length) polling.look().then(() => polling.next());
});

// A second click on a button that posts would ask for the same twice.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && event.target.method === "post") setTimeout(() => { button.disabled = true; }, 0);
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button[disabled]:not([data-disabled])")) button.disabled = false;
});

// Escape closes the second look that an action asks for, and gives the focus back.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest && event.target.closest("details.confirm[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// On a phone the navigation is a strip: where one is comes into sight.
document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

polling.next();
