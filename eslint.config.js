// Lint: types-aware rules for all code, and what the packet path must not do.
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Folders that run for every packet; rule parsing, configuration and start-up are free to allocate. */
const PACKET_PATH = [
  'src/wire/**',
  'src/decode/**',
  'src/defrag/**',
  'src/flow/**',
  'src/stream/**',
  'src/detect/run/**',
  'src/layers/**',
];

export default defineConfig(
  globalIgnores(['dist/', 'build/', 'coverage/', 'prebuilds/', 'src/rules/*.generated.ts']),
  js.configs.recommended,
  {
    files: ['**/*.mjs', '*.js', '*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', module: 'writable' } },
  },
  {
    files: ['{src,test,bench}/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // The compiler already tells unused code, and an underscore says that it is meant.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `array[i]!` is how a typed array is read here: the index is known to be in range.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Numbers print as one expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Defensive checks at the edges (files, JSON) are allowed to be stricter than the types.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // Matters of tidiness are told, and do not stop anybody.
      '@typescript-eslint/no-unnecessary-type-assertion': 'warn',
      '@typescript-eslint/no-unnecessary-template-expression': 'warn',
      '@typescript-eslint/no-unnecessary-type-conversion': 'warn',
      '@typescript-eslint/no-base-to-string': 'warn',
      'no-useless-assignment': 'warn',
      // Rules and patterns are bytes, one character each; there are no emojis to split.
      '@typescript-eslint/no-misused-spread': 'off',
      // Bytes below 32 are what this program is about.
      'no-control-regex': 'off',
      'no-constant-condition': ['error', { checkLoops: false }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: PACKET_PATH.map((folder) => `${folder}/*.ts`),
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'TryStatement', message: 'No try on the packet path: return an error, note an anomaly.' },
        { selector: "NewExpression[callee.name='DataView']", message: 'A DataView costs 500 ns: read with shifts.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // describe and it return promises and take what they are given.
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
      'max-lines': 'off',
    },
  },
);
