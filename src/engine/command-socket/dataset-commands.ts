// dataset-*: the data sets of the rules, filled and asked from outside.

import { DATASET_TYPES } from '../../detect/dataset/dataset.ts';
import type { Dataset } from '../../detect/dataset/dataset.ts';
import { datasetsOf } from '../../keywords/dataset.ts';
import type { LoadedRules } from '../load-rules.ts';
import { isAnswer, texts } from './arguments.ts';
import type { CommandArguments } from './arguments.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command, Exclusively } from './server.ts';

/** @param alone for those that change a set */
export function datasetCommands(
  rules: () => LoadedRules | null,
  alone: Exclusively,
): readonly (readonly [string, Command])[] {
  const withEntry =
    (act: (set: Dataset, value: string, given: CommandArguments) => Answer) =>
    (given: CommandArguments): Answer => {
      const read = texts(given, ['setname', 'settype', 'datavalue'], complaint);
      if (isAnswer(read)) return read;
      const set = findSet(rules(), read);
      return 'isOk' in set ? set : act(set, read.datavalue, given);
    };
  return [
    ['dataset-add', alone(withEntry(add))],
    ['dataset-remove', alone(withEntry(remove))],
    ['dataset-add-json', alone(withEntry(addWithContext))],
    ['dataset-dump', () => dump(rules())],
    ['dataset-clear', alone((given) => clear(rules(), given))],
    [
      'dataset-lookup',
      withEntry((set, value) => (set.hasText(value) ? ok('item found in set') : refused('item not found in set'))),
    ],
  ];
}

function complaint(name: string): string {
  return name === 'datavalue' ? 'datavalue is not string' : `${name} is not a string`;
}

function findSet(
  rules: LoadedRules | null,
  named: { readonly setname: string; readonly settype: string },
): Dataset | Answer {
  if (!(DATASET_TYPES as readonly string[]).includes(named.settype)) return refused('unknown settype');
  const set = rules === null ? undefined : datasetsOf(rules.setup).get(named.setname);
  return set?.type === named.settype ? set : refused('set not found or wrong type');
}

function add(set: Dataset, value: string): Answer {
  if (set.hasText(value)) return ok('data already in set');
  return set.insertText(value) ? ok('data added') : refused('failed to add data');
}

function remove(set: Dataset, value: string): Answer {
  return set.removeText(value) ? ok('data removed') : refused('failed to remove data');
}

/** What is known of the entry is shown with alerts: it must be JSON. Strings stand for themselves, as in JSON files. */
function addWithContext(set: Dataset, value: string, given: CommandArguments): Answer {
  const { datajson } = given;
  if (typeof datajson !== 'string') return refused('datajson is not string');
  if (!isJson(datajson)) return refused('failed to add data');
  return set.addWithContext(value, datajson) ? ok('data added') : refused('failed to add data');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function dump(rules: LoadedRules | null): Answer {
  const problems = rules === null ? [] : datasetsOf(rules.setup).save();
  return problems.length === 0 ? ok('datasets dump done') : refused(problems.join('; '));
}

function clear(rules: LoadedRules | null, given: CommandArguments): Answer {
  const read = texts(given, ['setname', 'settype']);
  if (isAnswer(read)) return read;
  const set = findSet(rules, read);
  if ('isOk' in set) return set;
  set.clear();
  return ok('dataset cleared');
}
