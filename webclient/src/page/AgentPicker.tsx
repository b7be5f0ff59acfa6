import { Picker } from "./Picker.tsx";
import type { Agents } from "./useAgents.ts";

interface Props {
  agents: Agents;
  /** The agent is settled with the call's token. */
  isInCall: boolean;
}

export function AgentPicker({ agents: { all, chosen, choose }, isInCall }: Props) {
  if (!chosen) return null;
  return (
    <div className="field agent">
      <Picker
        id="agent"
        label="Agent"
        value={chosen.name}
        isSettled={isInCall}
        describedBy="agent-description"
        onChoose={choose}
      >
        {all.map(({ name, output }) => (
          <option key={name} value={name}>
            {output === "text" ? `${name} (answers in writing)` : name}
          </option>
        ))}
      </Picker>
      <p id="agent-description">{chosen.description}</p>
    </div>
  );
}
