// Listens to the server instead of asking it again and again. Needs console.js; a page without it asks for itself.
"use strict";

(() => {
  const topic = document.body.dataset.topic;
  if (topic === undefined || !window.EventSource) return;
  // A proxy may take the request and keep what is said for itself; then nobody says hello.
  const PATIENCE_MS = 6000;
  const AGAIN_MS = 60000;
  let stream = null;
  let patience = 0;
  let again = 0;

  // How much waits for a person stands beside the names of the pages where it waits.
  const showWaiting = (counts) => {
    for (const [page, number] of Object.entries(counts)) {
      const badge = document.querySelector(`.side [data-waiting="${page}"]`);
      if (!badge) continue;
      badge.hidden = number === 0;
      badge.querySelector("b").textContent = number > 999 ? "999+" : String(number);
    }
  };

  const close = () => {
    clearTimeout(patience);
    clearTimeout(again);
    stream?.close();
    stream = null;
  };
  const giveUp = () => {
    close();
    polling.start();
    again = setTimeout(listen, AGAIN_MS);
  };

  function listen() {
    close();
    if (document.hidden) return;
    stream = new EventSource(`/live?topic=${encodeURIComponent(topic)}`);
    patience = setTimeout(giveUp, PATIENCE_MS);
    stream.addEventListener("hello", (event) => {
      clearTimeout(patience);
      // What happened while nobody listened: a stream that begins again begins with a look.
      if (document.body.dataset.listening) polling.look();
      document.body.dataset.listening = "1";
      polling.stop();
      showWaiting(JSON.parse(event.data));
    });
    stream.addEventListener("waiting", (event) => showWaiting(JSON.parse(event.data)));
    stream.addEventListener("changed", () => polling.look());
    stream.addEventListener("left", () => location.reload());
    stream.onerror = () => {
      clearTimeout(patience);
      // The browser opens it again by itself, unless it was refused.
      if (stream && stream.readyState === EventSource.CLOSED) giveUp();
      else patience = setTimeout(giveUp, PATIENCE_MS);
    };
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  listen();
})();
