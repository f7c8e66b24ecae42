/** The version in package.json, put in by the build. */
declare const __ASTER_VERSION__: string;
