/**
 * Bugs to plant, one at a time, in a copy: each takes away one rule that keeps an edit. The simulation must catch every one
 * of them (`npm run test:bite`, ADR 15). A `find` that isn't in its file exactly once is told: the code has moved on.
 */

export interface Planted {
  readonly name: string;
  readonly edits: readonly Edit[];
}

interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export const PLANTED: readonly Planted[] = [
  {
    name: 'the outbox row goes before the ack is stored',
    edits: [
      {
        file: 'src/sync/outbox.ts',
        find: 'ws.markSent({...row, stamp, sent, tries: row.tries + 1});',
        put: 'ws.setOutbox(row, undefined);',
      },
    ],
  },
  {
    name: 'a stale tab saves without keeping what it replaces',
    edits: [
      {
        file: 'src/sync/writer.ts',
        find: 'if (conflict && !isErased(stored) && !isLeftToServer(ws, stored, change)) keepUnseen(ws, stored, writing);',
        put: '',
      },
    ],
  },
  {
    name: 'the base moves to the winner after `lost`',
    edits: [
      {
        file: 'src/sync/verdict.ts',
        find: 'requeue(ws, item, row, {theirs: winner});',
        put: 'requeue(ws, item, row, {base: winner.stamp, baseVersion: winner, theirs: null});',
      },
    ],
  },
  {
    name: 'the conflict revision is not written with the ack',
    edits: [{file: 'src/sync/verdict.ts', find: 'if (!isKept(loser, winner)) return;', put: 'return;'}],
  },
  {
    name: 'stamps by the wall clock alone',
    edits: [
      {
        file: 'protocol/stamp.ts',
        find: "if (latest === '' || now.millis > parseStamp(latest).millis) return formatStamp(now);",
        put: "if (latest !== 'never') return formatStamp(now);",
      },
    ],
  },
  {
    name: 'a retry makes a fresh stamp',
    edits: [
      {
        file: 'src/sync/outbox.ts',
        find: 'row.sent.includes(row.stamp) || !isOwn ? row.stamp : finalStamp(row, entity.ownSent, writing)',
        put: 'isOwn ? finalStamp({...row, editedMs: writing.wallMs, sent: []}, row.stamp, writing) : row.stamp',
      },
      {
        file: 'src/sync/outbox.ts',
        find: 'sent: row.sent.filter((one) => one !== stamp).slice(-MAX_SENT_STAMPS),',
        put: 'sent: row.sent.slice(MAX_SENT_STAMPS),',
      },
    ],
  },
  {
    name: 'page and cursor are two transactions',
    edits: [
      {
        file: 'src/sync/pull.ts',
        find: '    await storeContent({tx, place, writing: writingBy(state, time.wallMs())}, checked);\n    const next = withSeen(moved(state, place, page, bytesIn(checked)), page);\n    await tx.putState(next);\n    return linkOf(next);\n  });\n}',
        put: '    const next = withSeen(moved(state, place, page, bytesIn(checked)), page);\n    await tx.putState(next);\n    return {...linkOf(next), isPassed: true};\n  }).then(async (stored) => {\n    if (!("isPassed" in stored)) return stored;\n    await store.transaction("write", (tx) => storeContent({tx, place, writing: writingBy(state, time.wallMs())}, checked));\n    return stored;\n  });\n}',
      },
    ],
  },
  {
    name: 'a stale page is stored after an ack',
    edits: [
      {file: 'src/sync/pull.ts', find: 'if (!isStillAt(state, place)) return linkOf(state);', put: ''},
      {file: 'src/sync/pulled-rows.ts', find: 'return seq >= pulled.seq;', put: 'return seq === pulled.seq;'},
    ],
  },
  {
    name: 'an older seq overwrites a newer one',
    edits: [{file: 'src/sync/pulled-rows.ts', find: 'return seq >= pulled.seq;', put: 'return seq === pulled.seq;'}],
  },
  {
    name: 'a page is stored wherever the cursor is by now',
    edits: [{file: 'src/sync/pull.ts', find: 'if (!isStillAt(state, place)) return linkOf(state);', put: ''}],
  },
  {
    name: 'an edit over what is damaged here counts as made on top of it',
    edits: [
      {
        file: 'src/sync/local-version.ts',
        find: 'const isOnTop = beside === null && (stored === undefined || !isLeftToServer(ws, stored, content));',
        put: 'const isOnTop = true;',
      },
    ],
  },
  {
    name: 'judged stamps are not remembered',
    edits: [
      {
        file: 'server/core/judge.ts',
        find: 'if (known !== undefined && current !== undefined) return answerAgain(court, pushed, current, known);',
        put: 'if (known !== undefined && current !== undefined && current.stamp === version.stamp) return answerAgain(court, pushed, current, known);',
      },
    ],
  },
  {
    name: 'a request that comes late is judged anew (stamps in `sent` are not remembered)',
    edits: [
      {
        file: 'server/core/judge.ts',
        find: '  await rememberSent(court, pushed);\n  if (current',
        put: '  if (current',
      },
      {
        file: 'server/core/judge.ts',
        find: '    await rememberSent(court, pushed);\n    await court.tx',
        put: '    await court.tx',
      },
    ],
  },
  {
    name: 'repair makes a stamp',
    edits: [
      {
        file: 'server/core/repair.ts',
        find: 'const row = isFree ? await commit.putBack(version, seq) : await commit.put(version, replaced);',
        put: 'const anew = {...version, stamp: [stamp.slice(0, 10), "zzzz", stamp.slice(14)].join("")};\n  const row = isFree ? await commit.putBack(anew, seq) : await commit.put(anew, replaced);',
      },
    ],
  },
  {
    name: 'repair trusts the server',
    edits: [
      {
        file: 'src/sync/repair-return.ts',
        find: 'if (had) entities.push({...encodeVersion(had), seq: entity.known.seq});\n      else ws.setEntity(asAbsent(entity));',
        put: 'ws.setEntity(asAbsent(entity));',
      },
    ],
  },
  {
    name: 'healing takes the server’s version, whichever is newer',
    edits: [
      {file: 'src/sync/repair-rows.ts', find: '} else if (mine.stamp <= theirs.stamp) {', put: '} else {'},
      {
        file: 'src/sync/repair-rows.ts',
        find: 'if (mine.hash !== theirs.hash && !isErasingOf(theirs, mine)) keepReplaced(ws, mine, wallMs);',
        put: '',
      },
    ],
  },
  {
    name: 'healing keeps no loser',
    edits: [
      {
        file: 'src/sync/repair-rows.ts',
        find: 'if (mine.hash !== theirs.hash && !isErasingOf(theirs, mine)) keepReplaced(ws, mine, wallMs);',
        put: '',
      },
    ],
  },
  {
    name: 'an erased deletion does not compete in healing',
    edits: [
      {
        file: 'src/sync/repair-rows.ts',
        find: 'return above.map(({kind, id}) => ({kind, id}));',
        put: 'return above.slice(above.length).map(({kind, id}) => ({kind, id}));',
      },
    ],
  },
  {
    name: 'a device below the floor gives back what was deleted',
    edits: [
      {
        file: 'src/sync/let-go.ts',
        find: 'if (state === undefined || below === null) return candidates;',
        put: 'if (state === undefined || below !== undefined) return candidates;',
      },
    ],
  },
  {
    name: 'the floor is not raised',
    edits: [
      {
        file: 'server/core/drop.ts',
        find: 'floor: Math.max(document.floor, ...dropped.map(({seq}) => seq))',
        put: 'floor: document.floor',
      },
    ],
  },
  {
    name: 'what is kept of an erased note stays',
    edits: [
      {
        file: 'server/core/erase.ts',
        find: 'return (await eraseRevisions(ports, accountId)) ?? standing;',
        put: 'return standing;',
      },
    ],
  },
  {
    name: 'an open conflict goes with its erased note',
    edits: [
      {
        file: 'server/storage/memory-storage.ts',
        find: 'for (const {facts} of stored) if (facts.openConflictOf !== null) erased.delete(facts.openConflictOf);',
        put: '',
      },
      {file: 'server/core/erase-revisions.ts', find: "return state !== 'open';", put: 'return true;'},
    ],
  },
  {
    name: 'a returning device pushes before it compares',
    edits: [{file: 'src/sync/round.ts', find: 'if (isReturning(state)) {', put: 'if (heard !== heard) {'}],
  },
  {
    name: 'a device below the floor lets go of what it edited',
    edits: [
      {file: 'src/sync/let-go.ts', find: " && !edited.has(noteOf(entity) ?? '')", put: ''},
      {
        file: 'src/sync/let-go.ts',
        find: 'ws.outbox(entity) !== undefined && !entity.deleted',
        put: 'entity.known === null',
      },
    ],
  },
  {
    name: 'a parked row is inside the digest',
    edits: [
      {
        file: 'src/sync/workset.ts',
        find: 'added: changed.flatMap(({ref, entity}) => leafIn(ref, entity?.known ?? null)),',
        put: 'added: changed.flatMap(({ref, entity}) => leafIn(ref, entity?.known && this.outbox(ref) ? {...entity.known, stamp: entity.stamp, hash: entity.hash} : (entity?.known ?? null))),',
      },
    ],
  },
  {
    name: 'a missing body is saved as empty',
    edits: [
      {
        file: 'src/sync/local-version.ts',
        find: 'return stored === undefined ? makeVersion({...draft, body: new Uint8Array(0)}) : withSameBody(draft, stored);',
        put: 'return stored?.body == null ? makeVersion({...draft, body: new Uint8Array(0)}) : withSameBody(draft, stored);',
      },
    ],
  },
  {
    name: 'a tombstone is not in the digest',
    edits: [
      {
        file: 'src/sync/server-version.ts',
        find: 'counted: isCounted(version)};',
        put: 'counted: isCounted(version) && !version.deleted};',
      },
    ],
  },
  {
    name: 'acks do not update the marks',
    edits: [
      {
        file: 'src/sync/push.ts',
        find: 'await tx.putState(withSeen({...state, unresolved, cursor: advanced(state, answer)}, answer));',
        put: 'await tx.putState({...state, unresolved, cursor: advanced(state, {...answer, head: answer.head, before: -1}), epoch: answer.epoch});',
      },
    ],
  },
  {
    name: 'a server that was put back by hand is known by its head alone, which others overtake',
    edits: [
      {
        file: 'server/core/history.ts',
        find: '(await tx.commitAt(accountId, position.seq))?.mark !== position.mark) {',
        put: '(await tx.commitAt(accountId, position.seq)) === undefined) {',
      },
    ],
  },
  {
    name: 'a server whose clock stepped back refuses what follows its own current version',
    edits: [
      {
        file: 'server/core/judge.ts',
        find: 'Math.max(nowMs, parseStamp(rival.stamp).millis) + MAX_CLOCK_OFFSET_MS;',
        put: 'nowMs + MAX_CLOCK_OFFSET_MS;',
      },
    ],
  },
  {
    name: 'a clock that was set after the clock check stamps what is sent',
    edits: [
      {
        file: 'src/sync/push.ts',
        find: '(clock !== null && isStepped(clock, readInstant(time)))',
        put: 'false',
      },
    ],
  },
  {
    name: 'a full sync begins anew from the head',
    edits: [
      {file: 'src/sync/control.ts', find: 'firstSync: firstSyncTo(cursor), givenUp', put: 'firstSync: null, givenUp'},
    ],
  },
  {
    name: 'a merge takes the newer text alone',
    edits: [
      {
        file: 'src/sync/conflict.ts',
        find: 'return isOlder ? mergeBody(from, own, others) : mergeBody(from, others, own);',
        put: 'return isOlder ? others.body : own.body;',
      },
    ],
  },
  {
    name: 'a merge takes one side of what overlaps',
    edits: [
      {
        file: 'src/notes/three-way.ts',
        find: "if (a.type !== 'edit' || b.type !== 'edit' || !from || !older || !newer) return null;",
        put: "if (a.type !== 'edit' || b.type !== 'edit' || !from || !older || !newer) return b;",
      },
      {
        file: 'src/notes/three-way.ts',
        find: 'return merged && {...a, items: [merged]};',
        put: 'return merged ? {...a, items: [merged]} : b;',
      },
    ],
  },
  {
    name: 'a device’s scrub mends the digest to the damaged row',
    edits: [
      {
        file: 'src/sync/recount.ts',
        find: 'return countsAsAbsent(entity) ? {finding, entity} : {finding, entity: asAbsent(entity), aside};',
        put: 'return {finding, entity, aside};',
      },
    ],
  },
  {
    name: 'the server’s scrub tells what it finds and leaves it',
    edits: [{file: 'server/core/scrub.ts', find: 'standing: await remake(ports, accountId, index)};', put: '};'}],
  },
  {
    name: 'what a decision about a conflict replaces is not kept',
    edits: [
      {
        file: 'src/sync/writer.ts',
        find: "if (written.outcome !== 'written' || !isKept) return written;",
        put: 'return written;',
      },
    ],
  },
  {
    name: 'what joins an account counts as what another server has',
    edits: [{file: 'src/sync/join.ts', find: 'ws.setEntity({...row, known: null});', put: ''}],
  },
  {
    name: 'what joins an account and didn’t wait before doesn’t wait now',
    edits: [
      {
        file: 'src/sync/join.ts',
        find: 'isErased(row) ? undefined : waiting(row, ws, wallMs)',
        put: 'ws.outbox(row) && waiting(row, ws, wallMs)',
      },
    ],
  },
  {
    name: 'joining ends with its first part',
    edits: [
      {
        file: 'src/sync/join.ts',
        find: 'ownDeletedMs, joining: {...joining, after: last}});',
        put: 'ownDeletedMs, joining: null});',
      },
    ],
  },
  {
    name: 'who joins an account takes the account’s in place of his own',
    edits: [
      {
        file: 'src/sync/connect.ts',
        find: "if (how.type === 'add' || state === undefined || state.server !== null) {",
        put: "if (how.type === 'add' && !isOwn) await tx.clear();\n    if (how.type === 'add' || state === undefined || state.server !== null) {",
      },
    ],
  },
];
