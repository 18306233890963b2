/// What the models have to do: a text file each, in this package's resources. [dev.partita.lab.workload.Workload] reads them.
package dev.partita.lab.workload;
