/** How many steps of an apply run at the same time, unless a command says otherwise. */
export const usualParallelism = 10;
