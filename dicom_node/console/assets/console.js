// Everything works without this file; with it, what changes on a page is seen without loading it again.
"use strict";

// An element with data-live="5" is taken anew from its own page every five seconds, and swapped where it differs.
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

function keepLooking() {
  const every = live().map((element) => Number(element.dataset.live)).filter((seconds) => seconds > 0);
  if (every.length === 0) return;
  const seconds = Math.min(...every);
  let failures = 0;
  const next = () => setTimeout(look, 1000 * seconds * Math.min(2 ** failures, 8));
  const look = async () => {
    if (!document.hidden) {
      try {
        await lookAgain();
        failures = 0;
      } catch {
        failures += 1;
      }
      showLost(failures > 1);
    }
    next();
  };
  document.addEventListener("visibilitychange", () => document.hidden || lookAgain().catch(() => {}));
  next();
}

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

keepLooking();
