import type {ObservedContainer} from '../engine/engine.ts';
import {labels} from '../model/labels.ts';

/** The serial of the state that made a container; 0 if its label has none. */
export const serialOf = ({labels: own}: Pick<ObservedContainer, 'labels'>): number => Number(own[labels.serial]) || 0;
