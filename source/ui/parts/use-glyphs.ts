import {createContext, useContext} from 'react';
import {type Glyphs, unicodeGlyphs} from '../../output/glyphs.ts';

/** The symbols that this terminal can show; provided at the root of a screen. */
export const GlyphsContext = createContext<Glyphs>(unicodeGlyphs);

export const useGlyphs = (): Glyphs => useContext(GlyphsContext);
