// Runs when npm installs the package: builds the native add-on where that is possible. Never fails: without the add-on
// matching is done in TypeScript, more slowly.
import { buildAddon, missingNeeds } from './addon.mjs';

const missing = missingNeeds();
const isCompilerThere = !missing.some(({ debian }) => ['g++', 'make', 'python3'].includes(debian));
const problem = isCompilerThere ? buildAddon() : 'no compiler';
if (missing.length > 0) {
  console.log(`tayra: missing for full speed: ${missing.map(({ words }) => words).join(', ')}`);
  console.log(`tayra: on Debian: apt-get install ${missing.map(({ debian }) => debian).join(' ')}; npm rebuild tayra`);
}
console.log(problem === '' ? 'tayra: native add-on built' : `tayra: native add-on not built: ${problem}`);
