import { firstOf, groupBy, type Program } from './entry';

/** InvokeAI: models are chosen from a list by name; a prompt that names one means the file name, exactly. */
export const invokeai: Program = {
  id: 'invokeai',
  title: 'InvokeAI',
  index(entries) {
    const stems = groupBy(entries, ({ stem }) => stem);
    return (name) => firstOf(stems.get(name) ?? [], 'name');
  },
};
