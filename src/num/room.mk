noinst_LIBRARIES += src/num/libnum.a
src_num_libnum_a_SOURCES = \
	src/num/blas_check.c src/num/blas_check.h \
	src/num/blas_library.c src/num/blas_library.h \
	src/num/cells.c src/num/cells.h \
	src/num/cosines.c src/num/cosines.h \
	src/num/dbscan.c src/num/dbscan.h \
	src/num/exact.h \
	src/num/histogram.c src/num/histogram.h \
	src/num/k_distance.c \
	src/num/kmeans.c src/num/kmeans.h \
	src/num/kmeans_data.c src/num/kmeans_data.h \
	src/num/kmeans_leaves.c src/num/kmeans_leaves.h \
	src/num/kmeans_start.c src/num/kmeans_start.h \
	src/num/mt19937.c src/num/mt19937.h \
	src/num/multitest.c src/num/multitest.h \
	src/num/neighbors.c src/num/neighbors.h \
	src/num/neighbors_lists.c src/num/neighbors_lists.h \
	src/num/neighbors_search.c src/num/neighbors_search.h \
	src/num/neighbors_shortlist.c src/num/neighbors_shortlist.h \
	src/num/pca.c src/num/pca.h \
	src/num/points.c src/num/points.h \
	src/num/scale.h \
	src/num/silhouette.c src/num/silhouette.h \
	src/num/similarity.c src/num/similarity.h \
	src/num/student_t.c src/num/student_t.h \
	src/num/tsne.c src/num/tsne.h \
	src/num/tsne_affinity.c src/num/tsne_affinity.h \
	src/num/tsne_attract.c src/num/tsne_attract.h \
	src/num/tsne_gradient.c src/num/tsne_gradient.h \
	src/num/tsne_pair.h \
	src/num/tsne_schedule.c src/num/tsne_schedule.h \
	src/num/tsne_tree.c src/num/tsne_tree.h \
	src/num/tsne_walk.c src/num/tsne_walk.h \
	src/num/ttest.c src/num/ttest.h
