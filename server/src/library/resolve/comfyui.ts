import { firstOf, groupBy, NOTHING, type Program } from './entry';

/** ComfyUI itself: a choice in a list, so only the exact relative path with its extension. */
export const comfyuiCore: Program = {
  id: 'comfyui_core_combo',
  title: 'ComfyUI (LoRA loader)',
  index(entries) {
    const paths = groupBy(entries, ({ path }) => path);
    return (name) => firstOf(paths.get(name.replaceAll('\\', '/')) ?? [], 'path');
  },
};

/**
 * ComfyUI with an add-on that reads `<lora:…>` in prompts (prompt-control): the exact path, else the file name or the
 * path without extension, else the same with underscores for spaces, else the only file whose path has all the words.
 */
export const comfyuiPromptControl: Program = {
  id: 'comfyui_prompt_control',
  title: 'ComfyUI with prompt-control',
  index(entries) {
    const paths = groupBy(entries, ({ path }) => path);
    return (name) => {
      const exact = paths.get(name);
      if (exact) return firstOf(exact, 'path');
      for (const spelling of [name, name.replaceAll(' ', '_')]) {
        const matches = entries.filter(({ stem, stemPath }) => stem === spelling || stemPath === spelling);
        if (matches.length > 0) return firstOf(matches, matches[0]!.stem === spelling ? 'name' : 'path');
      }
      const words = name.split(/\s+/).filter((word) => word !== '');
      const matches = entries.filter(({ path }) => words.every((word) => path.includes(word)));
      return matches.length === 1 ? firstOf(matches, 'name') : NOTHING;
    };
  },
};
