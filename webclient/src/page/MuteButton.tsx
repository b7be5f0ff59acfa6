interface Props {
  isMuted: boolean;
  onMute: (isMuted: boolean) => void;
}

export function MuteButton({ isMuted, onMute }: Props) {
  return (
    <button
      type="button"
      className="mute"
      aria-label="Mute"
      aria-pressed={isMuted}
      onClick={() => onMute(!isMuted)}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4ZM6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3" />
        {isMuted && <path d="m5 4 14 16" />}
      </svg>
    </button>
  );
}
