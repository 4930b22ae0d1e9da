import {counted} from '../../counted.ts';

export const countOf = (actions: number): string => counted(actions, 'action');
