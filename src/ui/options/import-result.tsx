/** What an import did: counts of what the file has, what is new here, what was here before; then every kind of loss. */

import {Link} from 'wouter';
import {COUNT_NAMES, type CountName, type ImportProblem, type ImportReport} from '../../transfer/import-report.ts';
import {formatCount, formatNumber} from '../formats.ts';
import {Banner} from '../parts/banner.tsx';

const WORDS_BY_COUNT: Record<CountName, string> = {
  notes: 'Notes',
  places: 'Places in the tree',
  clones: 'Further places of a note (clones)',
  labels: 'Labels',
  relations: 'Relations',
  attachments: 'Attachments',
  binaryNotes: 'Pictures and files as notes',
};

export function ImportResult({fileName, report}: {readonly fileName: string; readonly report: ImportReport}) {
  const {counts, problems, topNoteIds} = report;
  const first = topNoteIds[0];
  return (
    <>
      <Banner
        tone="good"
        title={`${formatCount(counts.notes.created, 'note')} added from ${fileName}`}
        announce="alert"
        actions={
          first === undefined ? undefined : (
            <Link className="button button-normal" href={`/n/${first}`}>
              Show the notes
            </Link>
          )
        }
      />
      <Counts counts={counts} />
      {problems.length === 0 ? (
        <p>Everything in the file was kept.</p>
      ) : (
        <section className="import-problems" aria-labelledby="not-kept">
          <h3 id="not-kept">What could not be kept as it was</h3>
          <ul>
            {problems.map((problem) => (
              <Problem key={problem.type} problem={problem} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Counts({counts}: {readonly counts: ImportReport['counts']}) {
  return (
    <table className="counts numbers">
      <thead>
        <tr>
          <th scope="col">
            <span className="spoken">What</span>
          </th>
          <th scope="col">In the file</th>
          <th scope="col">Added</th>
          <th scope="col">Here before</th>
        </tr>
      </thead>
      <tbody>
        {COUNT_NAMES.filter((name) => counts[name].inFile > 0).map((name) => (
          <tr key={name} data-count={name}>
            <th scope="row">{WORDS_BY_COUNT[name]}</th>
            <td>{formatNumber(counts[name].inFile)}</td>
            <td>{formatNumber(counts[name].created)}</td>
            <td>{formatNumber(counts[name].alreadyHere)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Problem({problem: {type, what, cure, count, noteTitles, noteIds}}: {readonly problem: ImportProblem}) {
  return (
    <li data-problem={type}>
      <p>
        {what} <span className="quiet numbers">({formatNumber(count)})</span>
      </p>
      <p className="quiet small">{cure}</p>
      {noteTitles.length === 0 ? null : (
        <details>
          <summary>{`In ${formatCount(noteTitles.length, 'note')}`}</summary>
          <ul>
            {noteTitles.map((title, index) => (
              <li key={noteIds?.[index] ?? title}>
                <NoteName title={title} id={noteIds?.[index]} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function NoteName({title, id}: {readonly title: string; readonly id: string | undefined}) {
  const name = title === '' ? 'Untitled' : title;
  return id === undefined ? name : <Link href={`/n/${id}`}>{name}</Link>;
}
