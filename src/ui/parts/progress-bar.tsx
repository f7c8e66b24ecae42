/** Progress with its counts in words below. Without a total it only shows that something moves. */

interface ProgressBarProps {
  readonly label: string;
  readonly value: number;
  readonly total: number | null;
  /** "120 of 1,530 notes": read out in place of a percentage. */
  readonly words: string;
}

export function ProgressBar({label, value, total, words}: ProgressBarProps) {
  const known = total !== null && total > 0;
  return (
    <div className="progress">
      <progress
        aria-label={label}
        aria-valuetext={words}
        {...(known ? {max: total, value: Math.min(value, total)} : {})}
      />
      <p className="quiet small numbers">{words}</p>
    </div>
  );
}
