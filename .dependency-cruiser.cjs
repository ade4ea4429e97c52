// Layer rules of ARCHITECTURE.md: a folder imports from strictly lower layers and from itself.

/** Lowest first. A new folder of src/ is put into one of them here. */
const LAYERS = [
  ['base'],
  ['wire', 'pcap', 'rules', 'config', 'native'],
  ['framework'],
  ['decode', 'defrag', 'flow', 'stream', 'applayer', 'detect', 'respond'],
  ['layers', 'app', 'keywords', 'capture', 'output', 'store'],
  ['engine'],
  ['cli', 'console', 'lsp'],
];

/** Ways sideways that are meant, by folder; everything else of the same layer is out of bounds. */
const SIDEWAYS = { stream: ['flow'], defrag: ['decode/fragments'] };

const layerRules = LAYERS.flatMap((folders, level) =>
  folders.map((folder) => {
    const allowed = [folder, ...(SIDEWAYS[folder] ?? []), ...LAYERS.slice(0, level).flat()];
    return {
      name: `layer-${level}-${folder}`,
      comment: `src/${folder} imports only from lower layers and from itself`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed.join('|')})[/.]` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-folder',
      comment: 'every folder of src belongs to a layer: say which one in this file',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${LAYERS.flat().join('|')})/` },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'values do not depend on each other in a circle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'layer-plug-ins-are-islands',
      comment: 'an encapsulation does not import another; what two need goes down',
      severity: 'error',
      from: { path: '^src/layers/', pathNot: '^src/layers/registry\\.ts$' },
      to: { path: '^src/layers/' },
    },
    {
      name: 'app-plug-ins-are-islands',
      comment: 'an application protocol does not import another',
      severity: 'error',
      from: { path: '^src/app/([^/]+)/' },
      to: { path: '^src/app/[^/]+/', pathNot: '^src/app/$1/' },
    },
    {
      name: 'no-registry-below',
      comment: 'mechanisms receive registries as arguments; plug-ins do not know who else is there',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(engine|cli|console|lsp)/' },
      to: { path: '^src/[^/]+/registry\\.ts$' },
    },
    {
      name: 'library-entry',
      comment: 'src/index.ts is for users of the package: it knows no command, and no source imports it',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/(cli|console|lsp)/' },
    },
    {
      name: 'library-entry-is-not-imported',
      comment: 'src/index.ts is above everything',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'no-test-in-source',
      comment: 'sources do not import tests or benchmarks',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'addon-behind-its-face',
      comment: 'only src/native loads the add-on',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/native/' },
      to: { path: 'node-gyp-build' },
    },
    {
      name: 'resolvable',
      comment: 'imports lead somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
