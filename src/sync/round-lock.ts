/** Held while a round runs, in whatever tab or in the worker; whoever watches it knows that one does. */
export const ROUND_LOCK = 'round';
