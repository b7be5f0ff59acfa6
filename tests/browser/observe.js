// What a person would see and hear of the page, kept from its first moment on.

(() => {
  const looks = [];
  const statuses = [];
  const keep = (kept, now) => {
    if (now && now !== kept.at(-1)) kept.push(now);
  };
  const look = () => {
    keep(looks, document.querySelector(".orb")?.dataset.look);
    keep(statuses, document.querySelector("[role=status]")?.textContent);
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["data-look"],
  });

  // What stands in the agent's last line, and in which state: text that grows while it is being spoken.
  const lines = [];
  const read = () => {
    const text = [...document.querySelectorAll(".line[data-speaker=agent]")].at(-1)?.innerText;
    if (text && text !== lines.at(-1)?.text) lines.push({ text, look: looks.at(-1) });
  };
  new MutationObserver(read).observe(document, { subtree: true, childList: true, characterData: true });

  const pieces = [];
  let rateHz = 0;
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      rateHz = this.context.sampleRate;
      const tap = this.context.createScriptProcessor(16384, 1, 1);
      tap.onaudioprocess = ({ inputBuffer }) => pieces.push(inputBuffer.getChannelData(0).slice());
      connect.call(this, tap);
      connect.call(tap, to);
    }
    return connect.call(this, to, ...more);
  };

  window.observed = {
    looks,
    statuses,
    lines,
    rateHz: () => rateHz,
    /** All that reached the loudspeaker, as base64 of 16 bit samples. */
    heard: () => {
      const samples = Int16Array.from(
        pieces.flatMap((piece) => [...piece]),
        (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))),
      );
      let text = "";
      for (const byte of new Uint8Array(samples.buffer)) text += String.fromCharCode(byte);
      return btoa(text);
    },
  };
})();
