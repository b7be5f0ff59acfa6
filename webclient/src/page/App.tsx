/** The page: talk to an agent, hear it, and see what happens. */

import { useState } from "react";
import { TALK_TO_TEXT } from "../talk/route.ts";
import { AgentPicker } from "./AgentPicker.tsx";
import { ApiKeyForm } from "./ApiKeyForm.tsx";
import { CallButton } from "./CallButton.tsx";
import { Conversation } from "./Conversation.tsx";
import { Errors } from "./Errors.tsx";
import type { Link } from "./entry.ts";
import { MicrophonePicker } from "./MicrophonePicker.tsx";
import { MuteButton } from "./MuteButton.tsx";
import { lookOf } from "./orb.ts";
import { StateOrb } from "./StateOrb.tsx";
import { Status } from "./Status.tsx";
import { TransportPicker, wantedTransport } from "./TransportPicker.tsx";
import { TurnTimes } from "./TurnTimes.tsx";
import { useAgents } from "./useAgents.ts";
import { usePageCall } from "./usePageCall.ts";

export function App({ link }: { link: Link | null }) {
  const [transport, chooseTransport] = useState(() => wantedTransport(location.search));
  const call = usePageCall(link, transport);
  const agents = useAgents(call.api);
  const agent = agents.wanted;
  const isInCall = call.status !== "Disconnected";
  return (
    <>
      <header className="top">
        <h1>Turnwise</h1>
        {agents.all.some(({ name }) => name === TALK_TO_TEXT) && (
          <a className="quiet" href={TALK_TO_TEXT}>
            Talk to text
          </a>
        )}
        <Status status={call.status} />
      </header>
      <main data-begun={isInCall || call.transcript.length > 0}>
        <section className="stage" aria-label="Call">
          <StateOrb
            look={lookOf(call.status, call.agentState, call.wasConnected)}
            isOver={call.transcript.length > 0}
            isMuted={call.isMuted}
            levels={call.levels}
          />
          <div className="actions">
            <CallButton
              status={call.status}
              onConnect={() => call.connect(agent)}
              onDisconnect={() => call.disconnect()}
            />
            {isInCall && <MuteButton isMuted={call.isMuted} onMute={call.mute} />}
          </div>
          <div className="fields">
            {!call.hasLink && <AgentPicker agents={agents} isInCall={isInCall} />}
            <TransportPicker chosen={transport} isInCall={isInCall} onChoose={chooseTransport} />
            <MicrophonePicker
              microphones={call.microphones}
              chosen={call.microphoneId}
              isInCall={isInCall}
              onChoose={call.chooseMicrophone}
              levels={call.levels}
            />
          </div>
        </section>
        <div className="talk">
          <Errors errors={call.errors} onDismiss={call.dismissErrors} />
          {call.keyWish !== "none" && (
            <ApiKeyForm
              wish={call.keyWish}
              onKey={(key) => call.connectWithKey(key, agent)}
              onCancel={call.forgoKey}
            />
          )}
          <Conversation
            transcript={call.transcript}
            agentText={call.agentText}
            isReadOut={agents.chosen?.output === "text"}
          />
          <TurnTimes turns={call.turnMetrics} underruns={call.underruns} />
        </div>
      </main>
    </>
  );
}
