import {bars} from './bars.ts';
import {readResults} from './results.ts';
import {summarise} from './summary.ts';

process.stdout.write(`## Ahead and behind\n\n${summarise(bars, readResults())}\n\n`);
