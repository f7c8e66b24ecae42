/** The aster: five petals, five devices around one centre. */

const PETAL = 'M256 246C190 200 178 84 256 24C334 84 322 200 256 246ZM256 92a25 25 0 1 0 0 50a25 25 0 1 0 0-50Z';

export function Mark({size}: {readonly size: number}) {
  return (
    <svg className="mark" width={size} height={size} viewBox="16 30 480 480" aria-hidden="true">
      {[0, 72, 144, 216, 288].map((angle) => (
        <path key={angle} fill="currentColor" fillRule="evenodd" d={PETAL} transform={`rotate(${angle} 256 270)`} />
      ))}
      <circle cx="256" cy="270" r="46" fill="#f6c344" />
    </svg>
  );
}
