import { applyRememberedTheme } from '../lib/theme';

applyRememberedTheme();
