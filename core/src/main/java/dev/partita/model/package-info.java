/// One file for each server model.
package dev.partita.model;
