// The registries are written by gen.mjs.
import './gen.mjs';
