import {createContext, useContext} from 'react';
import {defaultKeymap, type Keymap} from './keymap.ts';

/** The user's keys; provided at the root of a screen. */
export const KeymapContext = createContext<Keymap>(defaultKeymap);

export const useKeymap = (): Keymap => useContext(KeymapContext);
