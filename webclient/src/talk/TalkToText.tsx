/** A demo of the realtime model and nothing else: speak, and read what it answers while it writes. */

import { useEffect } from "react";
import { ApiKeyForm } from "../page/ApiKeyForm.tsx";
import { CallButton } from "../page/CallButton.tsx";
import { Errors } from "../page/Errors.tsx";
import { lookOf } from "../page/orb.ts";
import { StateOrb } from "../page/StateOrb.tsx";
import { Status } from "../page/Status.tsx";
import { useAgents } from "../page/useAgents.ts";
import { usePageCall } from "../page/usePageCall.ts";
import { TALK_TO_TEXT } from "./route.ts";
import { lastAnswer, textOf } from "./text.ts";
import { Written } from "./Written.tsx";
import { NO_AGENT, reworded, STATE_WORDS } from "./words.ts";

export function TalkToText() {
  const call = usePageCall(null, "webrtc", false);
  const agents = useAgents(call.api);
  const talk = textOf(call);
  const answer = lastAnswer(call);
  const isMissing = agents.all.length > 0 && !agents.all.some(({ name }) => name === TALK_TO_TEXT);
  const errors = call.errors.map(reworded);
  useEffect(() => {
    document.title = "Talk to text · Turnwise";
  }, []);
  return (
    <div className="demo">
      <header className="top">
        <h1>Talk to text</h1>
        <a className="quiet" href="./">
          Hear an agent
        </a>
        <Status status={call.status} />
      </header>
      <main>
        <p>
          Speak, and read what a realtime model answers while it writes. Your voice goes to this server, and
          from there to the model. Nothing of it is stored.
        </p>
        <section className="stage" aria-label="Talk">
          <StateOrb
            look={lookOf(call.status, call.agentState, call.wasConnected)}
            isOver={talk !== ""}
            isMuted={false}
            levels={call.levels}
            words={STATE_WORDS}
          />
          <div className="actions">
            <CallButton
              names={["Start", "Stop"]}
              status={call.status}
              isOffered={!isMissing}
              onConnect={() => call.connect(TALK_TO_TEXT)}
              onDisconnect={() => call.disconnect()}
            />
          </div>
        </section>
        <Errors errors={isMissing ? [NO_AGENT] : errors} onDismiss={call.dismissErrors} />
        {call.keyWish !== "none" && (
          <ApiKeyForm
            wish={call.keyWish}
            onKey={(key) => call.connectWithKey(key, TALK_TO_TEXT)}
            onCancel={call.forgoKey}
          />
        )}
        <Written talk={talk} />
        <p className="unseen" aria-live="polite">
          {answer && <span key={answer.id}>{answer.text}</span>}
        </p>
      </main>
    </div>
  );
}
