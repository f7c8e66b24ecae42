import {describe, expect, it} from 'vitest';
import {generateNotes, MEAN_BODY_BYTES} from './notes.ts';
import {percentile} from './statistics.ts';

const NOTES = [...generateNotes(2_000)];

describe('generated notes', () => {
  it('are the same in every run', () => {
    expect([...generateNotes(2_000)]).toEqual(NOTES);
    expect(generateNotes(1, 2).next().value?.html).not.toBe(NOTES[0]?.html);
  });

  it('have ids and titles of their own, in folders of a hundred', () => {
    expect(new Set(NOTES.flatMap(({id, branchId}) => [id, branchId])).size).toBe(4_000);
    expect(new Set(NOTES.map(({title}) => title)).size).toBe(2_000);
    expect(NOTES.filter(({parentId}) => parentId === 'root')).toHaveLength(20);
  });

  it('have the mean and the heavy tail that they state', () => {
    const bytes = NOTES.map(({html}) => Buffer.byteLength(html));
    const mean = bytes.reduce((sum, each) => sum + each, 0) / bytes.length;
    expect(mean).toBeGreaterThan(MEAN_BODY_BYTES * 0.9);
    expect(mean).toBeLessThan(MEAN_BODY_BYTES * 1.15);
    expect(percentile(bytes, 0.5)).toBeLessThan(mean * 0.7);
    expect(percentile(bytes, 0.99)).toBeGreaterThan(mean * 4);
  });
});
